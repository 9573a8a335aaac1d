import { count } from '../../base/text.ts';
import { checksHash, promptHash, sameJson } from '../hash.ts';
import type { Model, Prompt, PromptVariant, Suite } from '../suite.ts';
import type { SuiteAt } from './suite-at.ts';

/**
 * Compares the suite with an earlier revision. Only what differs is left, each part with its earlier version in
 * `before`. Requests differ by prompts and system texts, params and tools, and a model's name and params. Passing
 * differs by checks and `answer`. Everything else (gateway, run, prices, criteria, thresholds) is today's for both.
 * Undefined if nothing differs that both have.
 */
export function against(now: Suite, { suite: then, commit, path }: SuiteAt, ref: string): Suite | undefined {
  const variants = variantsInBoth(now, then);
  if (variants?.length === 0) return undefined;
  const kept = variants?.map(({ id }) => id);
  const known = new Map(then.prompts.map((prompt) => [prompt.id, inVariants(prompt, kept)]));
  const both = now.prompts.flatMap((prompt) => {
    const earlier = known.get(prompt.id);
    return earlier ? [withBefore(inVariants(prompt, kept), earlier)] : [];
  });
  const models = now.models.map((model) => modelWithBefore(model, then.models));
  const changed = both.filter(({ before }) => before);
  const isWide = variants?.some(({ before }) => before) ?? false;
  const changedModels = models.filter(({ before }) => before);
  if (changed.length === 0 && changedModels.length === 0 && !isWide) return undefined;
  // A changed model answers every prompt differently, and changed prompts concern every model.
  const prompts = isWide || changedModels.length > 0 ? both : changed;
  if (prompts.length === 0) return undefined;
  // If only variants changed, only the changed ones are asked.
  const isVariantAlone = isWide && changed.length === 0 && changedModels.length === 0;
  const ids = (some: readonly Prompt[]): Set<string> => new Set(some.map(({ id }) => id));
  const today = ids(now.prompts);
  return {
    ...now,
    models: isWide || changed.length > 0 ? models : changedModels,
    prompts,
    ...(variants ? { variants: isVariantAlone ? variants.filter(({ before }) => before) : variants } : {}),
    against: {
      ...{ ref, commit, path },
      unchanged: both.length - prompts.length,
      added: [...today].filter((id) => !known.has(id)),
      removed: [...known.keys()].filter((id) => !today.has(id)),
    },
  };
}

/** Variants of today that the revision also has. Undefined if today's suite has none. */
function variantsInBoth(now: Suite, then: Suite): PromptVariant[] | undefined {
  return now.variants?.flatMap((variant) => {
    const earlier = then.variants?.find(({ id }) => id === variant.id);
    if (!earlier) return [];
    return [
      sameJson(earlier.params, variant.params) ? variant : { ...variant, before: { params: earlier.params } },
    ];
  });
}

/** The prompt as these variants ask it. Without variants, unchanged. */
function inVariants({ variants = {}, ...prompt }: Prompt, kept: readonly string[] | undefined): Prompt {
  const texts = Object.entries(variants).filter(([id]) => kept?.includes(id));
  return texts.length === 0 ? prompt : { ...prompt, variants: Object.fromEntries(texts) };
}

function withBefore(prompt: Prompt, earlier: Prompt): Prompt {
  if (promptHash(prompt) === promptHash(earlier) && checksHash(prompt) === checksHash(earlier)) return prompt;
  const { messages, variants, params, answer, checks } = earlier;
  return {
    ...prompt,
    before: { messages, params, checks, ...(variants ? { variants } : {}), ...(answer ? { answer } : {}) },
  };
}

/** A model that the revision does not know is asked as today, in both versions. */
function modelWithBefore(model: Model, earlier: readonly Model[]): Model {
  const before = earlier.find(({ id }) => id === model.id);
  if (!before || sameJson([before.model, before.params], [model.model, model.params])) return model;
  return { ...model, before: { model: before.model, params: before.params } };
}

/** Parts of a prompt that differ from its earlier version. */
export interface PromptChange {
  /** The request: messages, params, tools. */
  asks: boolean;
  /** What passes. */
  checks: boolean;
}

export function changeOf(prompt: Prompt): PromptChange {
  const { before } = prompt;
  return {
    asks: before !== undefined && promptHash(prompt) !== promptHash(before),
    checks: before !== undefined && checksHash(prompt) !== checksHash(before),
  };
}

/** What a run against a revision compares, in sentences. */
export function describeAgainst({ against: held, prompts, models, variants = [] }: Suite): string[] {
  if (!held) return [];
  const changes = prompts.map(changeOf);
  const asks = changes.filter((change) => change.asks).length;
  const checks = changes.filter((change) => change.checks && !change.asks).length;
  const both = changes.filter((change) => change.checks && change.asks).length;
  const names = (some: readonly { id: string; before?: unknown }[]): string =>
    some.flatMap(({ id, before }) => (before === undefined ? [] : [id])).join(', ');
  const changedModels = names(models);
  const changedVariants = names(variants);
  const parts = [
    ...(asks > 0 ? [`${count(asks, 'prompt')} ${asks === 1 ? 'asks' : 'ask'} differently`] : []),
    ...(checks > 0
      ? [`${count(checks, 'prompt')} ${checks === 1 ? 'differs' : 'differ'} in checks only`]
      : []),
    ...(changedModels === '' ? [] : [`models whose name or params changed: ${changedModels}`]),
    ...(changedVariants === '' ? [] : [`variants whose params changed: ${changedVariants}`]),
  ];
  const left = [
    ...(held.unchanged > 0 ? [count(held.unchanged, 'unchanged prompt')] : []),
    ...(held.added.length > 0 ? [count(held.added.length, 'new prompt')] : []),
    ...(held.removed.length > 0 ? [count(held.removed.length, 'removed prompt')] : []),
  ];
  return [
    `Against ${held.ref} (${held.commit.slice(0, 7)}): ${parts.join('; ')}.`,
    ...(left.length > 0 ? [`Not asked: ${left.join(', ')}.`] : []),
    ...(checks + both > 0
      ? [
          'Where checks changed, each version is judged by its own, and the earlier answers by the current checks as well.',
        ]
      : []),
  ];
}
