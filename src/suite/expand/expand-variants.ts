import { choices, quote } from '../nearest.ts';
import { resolved } from '../resolved.ts';
import type { VariantSpec } from '../schema/variant-schema.ts';
import type { PartialSpec } from '../sections.ts';
import type { Params, PromptVariant } from '../suite.ts';
import type { Conflict } from './expand-settings.ts';

/** At this point its texts are already in the prompts. */
export function toVariant({ id, description, params }: VariantSpec): PromptVariant {
  return { id, ...resolved({ description }), params: (params ?? {}) as Params };
}

/** Reports ids that two variants share, and texts for prompts that do not exist. */
export function variantConflicts({ variants = [], prompts = [] }: PartialSpec): Conflict[] {
  const known = prompts.flatMap((prompt) => (prompt ? [prompt.id] : []));
  const isSure = prompts.every((prompt) => prompt !== undefined);
  return variants.flatMap(({ id, prompts: texts = {} }, index): Conflict[] => {
    const first = variants.findIndex((variant) => variant.id === id);
    const unknown = Object.keys(texts).filter((name) => isSure && !known.includes(name));
    return [
      ...(first < index
        ? [{ path: ['variants', index, 'id'], message: `duplicate variant id ${quote(id)}` }]
        : []),
      ...unknown.map((name) => ({
        path: ['variants', index, 'prompts', name],
        message: `there is no prompt ${quote(name)}${choices(name, known)}`,
      })),
    ];
  });
}
