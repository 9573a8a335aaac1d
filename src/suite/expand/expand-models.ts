import { type Fault, placeName } from '../fault.ts';
import { quote } from '../nearest.ts';
import { resolved } from '../resolved.ts';
import { idOfModel, type ModelSpec } from '../schema/model-schema.ts';
import type { SuiteSections } from '../sections.ts';
import type { Model, Params } from '../suite.ts';
import type { Places } from '../yaml.ts';

/** The models, short forms written out, each with an id of its own. */
export function expandModels({ spec }: SuiteSections, places: Places): { models: Model[]; faults: Fault[] } {
  const faults: Fault[] = [];
  const offsets = new Map<string, number>();
  const models = (spec.models ?? []).flatMap((written, index) => {
    if (written === undefined) return [];
    const model = toModel(written);
    const at = ['models', index];
    const isNamed = typeof written !== 'string' && written.id !== undefined;
    const path = isNamed ? [...at, 'id'] : at;
    const offset = places.value(path);
    const first = offsets.get(model.id);
    if (first === undefined) offsets.set(model.id, offset);
    else {
      const advice = isNamed ? '' : '; give one of them an id of its own';
      const message = `duplicate model id ${quote(model.id)}; the first is at ${placeName(places.source, first)}${advice}`;
      faults.push({ source: places.source, offset, path, message });
    }
    return model;
  });
  return { models, faults };
}

/** A model as a suite or `--models` writes it. */
export function toModel(written: ModelSpec): Model {
  if (typeof written === 'string') return { id: idOfModel(written), model: written, params: {} };
  const { id, params, price, ...own } = written;
  return {
    id: id ?? idOfModel(written.model),
    ...resolved(own),
    params: (params ?? {}) as Params,
    ...(price ? { price: resolved(price) } : {}),
  };
}
