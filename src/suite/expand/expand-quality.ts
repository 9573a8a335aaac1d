import type { Path } from '../fault.ts';
import { choices, quote } from '../nearest.ts';
import { resolved } from '../resolved.ts';
import { idOfModel } from '../schema/model-schema.ts';
import type { QualitySpec } from '../schema/quality-schema.ts';
import type { SuiteSections } from '../sections.ts';
import type { AskedCriterion, Criterion, Judge, Model, Need, NeedLimit, Params, Quality } from '../suite.ts';
import { type Conflict, parseMetric } from './expand-settings.ts';
import { fill, type OnUnknown, type Scope } from './messages.ts';

type CriterionSpec = QualitySpec['criteria'][number];

/** Default options of a criterion that asks about one answer. */
export const yesOrNo: Readonly<Record<string, number>> = { yes: 1, no: 0 };

/** The valid parts of the suite's section. */
export function criteriaOf({ spec }: Pick<SuiteSections, 'spec'>): ReadonlyMap<string, Criterion> {
  return new Map((spec.quality?.criteria ?? []).map((written) => [written.id, toCriterion(written)]));
}

function toCriterion({ ask, prefer, verdicts, against, ...own }: CriterionSpec): Criterion {
  const isPair = prefer !== undefined;
  return {
    ...resolved(own),
    kind: isPair ? 'prefer' : 'ask',
    question: prefer ?? ask ?? '',
    verdicts: isPair ? {} : (verdicts ?? { ...yesOrNo }),
    ...(isPair ? { against: against ?? 'all' } : {}),
  };
}

function toJudge({ id, params, price, ...own }: QualitySpec['judges'][number]): Judge {
  return {
    id: id ?? idOfModel(own.model),
    ...resolved(own),
    params: (params ?? {}) as Params,
    ...(price ? { price: resolved(price) } : {}),
  };
}

/** The criteria of one prompt with their variables filled in. Ids that the suite does not know are skipped. */
export function askedCriteria(
  ids: readonly string[],
  criteria: ReadonlyMap<string, Criterion>,
  scope: Scope | undefined,
  onUnknown: (criterion: string, ...name: Parameters<OnUnknown>) => void,
): AskedCriterion[] {
  return ids.flatMap((id): AskedCriterion[] => {
    const criterion = criteria.get(id);
    if (!criterion) return [];
    const { question, reference } = criterion;
    const filled = (text: string): string =>
      scope ? fill(text, scope, (...name) => onUnknown(id, ...name)) : text;
    return [
      {
        id,
        question: filled(question),
        ...(reference === undefined ? {} : { reference: filled(reference) }),
      },
    ];
  });
}

/** The resolved section. Absent if the suite has none. */
export function toQuality({ quality: spec }: Pick<SuiteSections['spec'], 'quality'>): Quality | undefined {
  if (!spec) return undefined;
  const need = spec.need && toNeed(spec.need, spec.criteria).need;
  return {
    judges: spec.judges.map(toJudge),
    criteria: spec.criteria.map(toCriterion),
    budget: resolved(spec.budget),
    ...(need ? { need } : {}),
  };
}

/** Faults that only show when the parts of a suite meet. Empty if the section itself is broken. */
export function qualityConflicts(
  { spec, damaged }: SuiteSections,
  models: readonly Model[],
  routes: readonly string[] | undefined,
): Conflict[] {
  const used = usedCriteria(spec);
  if (damaged.has('quality')) return [];
  const { quality } = spec;
  const known = quality?.criteria.map(({ id }) => id) ?? [];
  const unknown = used
    .filter(({ id }) => !known.includes(id))
    .map(({ id, path }) => {
      const told = quality
        ? choices(id, known) || ': quality.criteria is empty'
        : ': the suite has no quality.criteria';
      return { path, message: `unknown criterion ${quote(id)}${told}` };
    });
  if (!quality) return unknown;
  const ids = [...damaged].some((part) => part.startsWith('models')) ? undefined : models.map(({ id }) => id);
  const isWhole = ![...damaged].some((part) => part === 'defaults' || part.startsWith('prompts'));
  return [
    ...unknown,
    ...repeated(quality.judges.map(toJudge), 'judges', 'judge'),
    ...repeated(quality.criteria, 'criteria', 'criterion'),
    ...quality.judges.flatMap((judge, index) => judgeConflicts(judge, index, routes)),
    ...quality.criteria.flatMap((criterion, index) => criterionConflicts(criterion, index, ids)),
    ...quality.criteria.flatMap(({ id }, index) =>
      isWhole && !used.some((one) => one.id === id)
        ? [
            {
              path: at('criteria', index, 'id'),
              message: `no prompt has the criterion ${quote(id)}: name it in defaults.criteria or in a prompt's criteria`,
            },
          ]
        : [],
    ),
    ...answerConflicts(spec),
    ...(quality.need ? toNeed(quality.need, quality.criteria).conflicts : []),
  ];
}

const at = (...path: Path): Path => ['quality', ...path];

function usedCriteria({ defaults, prompts }: SuiteSections['spec']): { id: string; path: Path }[] {
  const named = (ids: readonly string[] | undefined, holder: Path): { id: string; path: Path }[] =>
    (ids ?? []).map((id, index) => ({ id, path: [...holder, 'criteria', index] }));
  return [
    ...named(defaults?.criteria, ['defaults']),
    ...(prompts ?? []).flatMap((prompt, index) => named(prompt?.criteria, ['prompts', index])),
  ];
}

function repeated(entries: readonly { id: string }[], list: string, noun: string): Conflict[] {
  const seen = new Set<string>();
  return entries.flatMap(({ id }, index) => {
    if (!seen.has(id)) {
      seen.add(id);
      return [];
    }
    return [
      {
        path: at(list, index),
        message: `there is another ${noun} ${quote(id)}; give one of them an id of its own`,
      },
    ];
  });
}

function judgeConflicts(
  { route }: { route?: string | undefined },
  index: number,
  routes: readonly string[] | undefined,
): Conflict[] {
  if (route === undefined || !routes || routes.includes(route)) return [];
  return [
    { path: at('judges', index, 'route'), message: `unknown route ${quote(route)}${choices(route, routes)}` },
  ];
}

function criterionConflicts(
  spec: CriterionSpec,
  index: number,
  models: readonly string[] | undefined,
): Conflict[] {
  const { id, ask, prefer, verdicts, against } = spec;
  const conflicts: Conflict[] = [];
  const complain = (key: string | undefined, message: string): void =>
    void conflicts.push({ path: at('criteria', index, ...(key === undefined ? [] : [key])), message });
  if (id === 'passed') complain('id', 'rate(passed) is the rate of the checks: use another id');
  if (ask === undefined && prefer === undefined)
    complain(undefined, 'needs "ask", a question about one answer, or "prefer", one about two');
  if (ask !== undefined && prefer !== undefined)
    complain('prefer', 'give either "ask" or "prefer", not both');
  if (prefer !== undefined && verdicts)
    complain('verdicts', 'belongs to "ask"; of two answers, one is preferred or neither');
  if (against !== undefined && prefer === undefined) complain('against', 'belongs to "prefer"');
  if (prefer !== undefined && models?.length === 1)
    complain('prefer', 'compares models, and the suite has one');
  if (
    prefer !== undefined &&
    against !== undefined &&
    against !== 'all' &&
    models &&
    !models.includes(against)
  )
    complain('against', `unknown model ${quote(against)}${choices(against, ['all', ...models])}`);
  return conflicts;
}

/** Judges and people read stored answers, so the run must store them in full. */
function answerConflicts({ quality, run }: SuiteSections['spec']): Conflict[] {
  const answers = run?.answers ?? 'full';
  if (answers === 'full' || quality === undefined || quality.criteria.length === 0) return [];
  return [
    {
      path: ['run', 'answers'],
      message: `judges and people read stored answers: ${quote(answers)} keeps too little of them; write full`,
    },
  ];
}

function toNeed(
  { limits, then }: NonNullable<QualitySpec['need']>,
  all: readonly Pick<CriterionSpec, 'id' | 'prefer'>[],
): { need?: Need; conflicts: Conflict[] } {
  const conflicts: Conflict[] = [];
  const criteria = all.filter(({ prefer }) => prefer === undefined).map(({ id }) => id);
  /** A preference is about two models: neither has a rate for it. */
  const preferred = all.filter(({ prefer }) => prefer !== undefined).map(({ id }) => id);
  const compared = (id: string | undefined): string | undefined =>
    id !== undefined && preferred.includes(id)
      ? `${quote(id)} compares two answers ("prefer"), so no model has a rate for it; name a criterion with "ask"${criteria.length > 0 ? `: ${criteria.join(', ')}` : ''}`
      : undefined;
  const parsed = limits.flatMap(({ metric, min, max }, index): NeedLimit[] => {
    const path = at('need', 'limits', index);
    if (min === undefined && max === undefined) conflicts.push({ path, message: 'needs "min" or "max"' });
    if (min !== undefined && max !== undefined && min > max)
      conflicts.push({ path: [...path, 'min'], message: `is above max (${max})` });
    const found = compared(rateOf(metric)) ?? parsedLimit(metric, criteria);
    if (typeof found === 'string') {
      conflicts.push({ path: [...path, 'metric'], message: found });
      return [];
    }
    const isRate = 'criterion' in found || found.statistic === 'rate';
    for (const [key, limit] of Object.entries({ min, max }))
      if (limit !== undefined && (limit < 0 || (isRate && limit > 1)))
        conflicts.push({
          path: [...path, key],
          message: isRate
            ? `a rate lies between 0 and 1, not at ${limit}`
            : `must be at least 0, not ${limit}`,
        });
    return [{ metric, ...resolved({ min, max }), ...found }];
  });
  const by = compared(bestOf(then)) ?? parsedThen(then, criteria);
  if (typeof by === 'string') {
    conflicts.push({ path: at('need', 'then'), message: by });
    return { conflicts };
  }
  return { need: { limits: parsed, then: by }, conflicts };
}

const rateOf = (metric: string): string | undefined => /^\s*rate\s*\(\s*([\w-]+)\s*\)\s*$/.exec(metric)?.[1];

const bestOf = (then: string): string | undefined => /^best\(\s*([\w-]+)\s*\)$/.exec(then)?.[1];

function parsedLimit(
  metric: string,
  criteria: readonly string[],
): { criterion: string } | Exclude<ReturnType<typeof parseMetric>, string> | string {
  const criterion = rateOf(metric);
  if (criterion !== undefined && criteria.includes(criterion)) return { criterion };
  return parseMetric(metric, criteria);
}

function parsedThen(then: string, criteria: readonly string[]): Need['then'] | string {
  if (then === 'cheapest' || then === 'fastest') return { by: then };
  const of = bestOf(then);
  if (of === undefined)
    return `unknown word ${quote(then)}${choices(then, ['cheapest', 'fastest', 'best(passed)', ...criteria.map((id) => `best(${id})`)])}`;
  const known = ['passed', ...criteria];
  return known.includes(of) ? { by: 'best', of } : `unknown criterion ${quote(of)}${choices(of, known)}`;
}
