import { type Fault, placeName, positionOf } from '../fault.ts';
import { choices, quote } from '../nearest.ts';
import { resolved } from '../resolved.ts';
import { idOfModel, type ModelSpec } from '../schema/model-schema.ts';
import type { SuiteSpec } from '../schema/suite-schema.ts';
import type { PartialSpec, SuiteSections } from '../sections.ts';
import type { Model, Params, Suite, Threshold } from '../suite.ts';
import type { Places } from '../yaml.ts';
import type { SuiteSources } from './entry.ts';
import { expandPrompts } from './expand-prompts.ts';
import {
  type Conflict,
  gateConflicts,
  gatewayConflicts,
  runConflicts,
  toGate,
  toGateway,
  toRun,
  toThreshold,
} from './expand-settings.ts';
import { expandLoad, levelConflicts } from './expand-load.ts';
import { qualityConflicts, toQuality } from './expand-quality.ts';
import { toVariant, variantConflicts } from './expand-variants.ts';
import { fileFaults } from './file-refs.ts';

export interface ExpandOptions {
  /** Names of routes. Absent: any name is accepted. */
  readonly routes?: readonly string[];
}

export interface Expanded {
  /** Absent if there is any fault. */
  readonly suite?: Suite;
  readonly faults: readonly Fault[];
}

/** Turns the valid parts into the resolved suite, or reports every fault that only shows when its parts meet. */
export function expand(sources: SuiteSources, { routes }: ExpandOptions = {}): Expanded {
  const { sections, places, files } = sources;
  const { spec } = sections;
  const { models, faults: modelFaults } = expandModels(sections, places);
  const { prompts, faults: promptFaults } = expandPrompts(sources);
  const { thresholds, faults: thresholdFaults } = expandThresholds(sources, models);
  const load = expandLoad(spec, files, prompts);
  const conflicts = [
    ...routeConflicts(spec, routes),
    ...(spec.gateway ? gatewayConflicts(spec.gateway) : []),
    ...(spec.run ? runConflicts(spec.run) : []),
    ...(spec.gate ? gateConflicts(spec.gate) : []),
    ...variantConflicts(spec),
    ...qualityConflicts(sections, models, routes),
    // The remains of a damaged section would lack what is already reported.
    ...(sections.damaged.has('load') ? [] : load.conflicts),
    ...(sections.damaged.has('load') || load.conflicts.length > 0 ? [] : levelConflicts(spec, load.load)),
  ];
  const rank = ({ source }: Fault): number => (source === places.source ? 0 : 1);
  const faults = [
    ...sections.faults,
    ...modelFaults,
    ...fileFaults(sections, sources, places),
    ...promptFaults,
    ...thresholdFaults,
    ...conflicts.map((conflict) => faultOf(conflict, places)),
  ];
  // The suite's own faults first, then those of its files.
  if (faults.length > 0) return { faults: faults.sort((a, b) => rank(a) - rank(b)) };
  return { suite: assemble({ ...spec, load: load.load } as SuiteSpec, models, prompts, thresholds), faults };
}

function assemble(
  spec: SuiteSpec,
  models: Model[],
  prompts: Suite['prompts'],
  thresholds: Threshold[],
): Suite {
  const { version, name, description, tags, gateway, run, load, gate } = spec;
  const quality = toQuality(spec);
  return {
    ...resolved({ version, name, description, tags }),
    gateway: toGateway(gateway),
    models,
    prompts,
    ...(spec.variants ? { variants: spec.variants.map(toVariant) } : {}),
    ...(quality ? { quality } : {}),
    run: toRun(run),
    ...(load ? { load } : {}),
    thresholds,
    ...(gate ? { gate: toGate(gate) } : {}),
  };
}

function expandThresholds(
  { sections: { spec, damaged }, places }: SuiteSources,
  models: readonly Model[],
): { thresholds: Threshold[]; faults: Fault[] } {
  const thresholds: Threshold[] = [];
  const faults: Fault[] = [];
  const isSure = ![...damaged].some((part) => part.startsWith('models'));
  spec.thresholds?.forEach((written, index) => {
    if (!written) return;
    const path = ['thresholds', index];
    const { line } = positionOf(places.source, places.value(path));
    const { threshold, conflicts } = toThreshold(written, isSure ? models : undefined, line);
    if (threshold) thresholds.push(threshold);
    faults.push(
      ...conflicts.map((conflict) => faultOf({ ...conflict, path: [...path, ...conflict.path] }, places)),
    );
  });
  return { thresholds, faults };
}

function routeConflicts({ gateway }: PartialSpec, routes: readonly string[] | undefined): Conflict[] {
  const route = gateway?.route;
  if (route === undefined || !routes || routes.includes(route)) return [];
  return [{ path: ['gateway', 'route'], message: `unknown route ${quote(route)}${choices(route, routes)}` }];
}

function faultOf({ path, message }: Conflict, places: Places): Fault {
  return { source: places.source, offset: places.value(path), path, message };
}

/** The models: short forms expanded, each with a unique id. */
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
