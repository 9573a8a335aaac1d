import type { Candidate, Choice } from '../analysis/choice.ts';
import type { Lead } from '../analysis/leads.ts';
import type { LimitResult } from '../analysis/need-limit.ts';
import { count } from '../base/text.ts';
import type { Need, NeedLimit } from '../suite/suite.ts';
import { listed } from './listed.ts';
import { figureText, rangeText, times } from './number-text.ts';
import type { Tone } from './paint.ts';

export type Named = (label: string) => string;

/** Display name of a model, and its figures to follow the name. */
export interface Names {
  readonly named: Named;
  readonly figuresOf: Named;
}

interface ThenWords {
  /** The first among those that surely meet the need. */
  readonly first: string;
  readonly equal: string;
  readonly question: string;
  /** Compares an open one with the first: `costs 0.33× as much`. */
  readonly against?: (ratio: number) => string;
}

function thenWords({ then }: Need): ThenWords {
  if (then.by === 'best') {
    const rate = then.of === 'passed' ? 'pass rate' : `rate(${then.of})`;
    return {
      first: `is surely good enough and has the highest ${rate} of those`,
      equal: `have the same ${rate}`,
      question: `which has the highest ${rate}`,
    };
  }
  const isCost = then.by === 'cheapest';
  return {
    first: `is the ${then.by} that is surely good enough`,
    equal: isCost ? 'cost the same' : 'are equally fast',
    question: `which is ${then.by}`,
    against: (ratio) => (isCost ? `costs ${times(ratio)} as much` : `takes ${times(ratio)} as long`),
  };
}

/**
 * What the job needs and which model meets it, in one sentence without its period. Names no model if none surely does.
 */
export function choiceSentence(choice: Choice, names: Names): string {
  const { candidates } = choice;
  const sure = candidates.filter(({ word }) => word === 'surely');
  return sure.length === 0
    ? nobodySentence(candidates)
    : `${sureSentence(choice, sure, names)}${rivalSentence(choice, names)}`;
}

/** Without the number of missing prompts, which differs between places. */
export const briefLead = <M extends string>({ metric, models, among, isEqual }: Lead<M>): Lead<M> => ({
  ...{ metric, models, among, isEqual },
});

/** As above, without figures and remedies, which differ between places. */
export function choiceInBrief({ candidates, lead, ...choice }: Choice, { named }: Names): string {
  const plain = candidates.map(({ model, word, limits }) => ({ model, word, limits }));
  return choiceSentence(
    { ...choice, candidates: plain, ...(lead ? { lead: briefLead(lead) } : {}) },
    { named, figuresOf: () => '' },
  );
}

function nobodySentence(candidates: readonly Candidate[]): string {
  const open = candidates.filter(({ word }) => word === 'open');
  const out = candidates.length - open.length;
  const models = count(candidates.length, 'model');
  if (candidates.length === 0) return 'nothing is sure: no model has a measured request';
  if (open.length === 0)
    return candidates.length === 1
      ? 'the model is not good enough: it surely misses a limit'
      : `no model is good enough: all ${models} surely miss a limit`;
  const rest = out === 0 ? '' : `, ${out} surely ${out === 1 ? 'is' : 'are'} not`;
  return `nothing is sure: of ${models}, none is surely good enough; ${open.length} may be${openRemedy(open)}${rest}`;
}

function openRemedy(open: readonly Candidate[]): string {
  const known = <T>(of: (limit: LimitResult) => T | undefined): T[] =>
    open.flatMap(({ decisive }) => (decisive === undefined ? [] : (of(decisive) ?? [])));
  const prompts = known(({ morePrompts }) => morePrompts);
  if (prompts.length > 0)
    return ` (${count(Math.min(...prompts), 'more prompt')} would probably settle ${open.length === 1 ? 'it' : 'one of them'})`;
  const labels = known(({ moreLabels }) => moreLabels);
  return labels.length === 0
    ? ''
    : ` (${count(Math.min(...labels), 'label')} by people for each would let the judge count)`;
}

function sureSentence(
  { need, lead }: Choice,
  sure: readonly Candidate[],
  { named, figuresOf }: Names,
): string {
  const words = thenWords(need);
  const all = listed(sure.map(({ model }) => named(model)));
  if (sure.length === 1)
    return `${named(sure[0]!.model)} is the only one that is surely good enough${figuresOf(sure[0]!.model)}`;
  if (lead === undefined) return `${all} are surely good enough; ${words.question} is not compared`;
  const [first] = lead.models as [string];
  if (lead.models.length === 1) return `${named(first)} ${words.first}${figuresOf(first)}`;
  if (lead.isEqual) return `${listed(lead.models.map(named))} are surely good enough and ${words.equal}`;
  const remedy =
    lead.morePrompts === undefined
      ? ''
      : ` (${count(lead.morePrompts, 'more prompt')} would probably settle it)`;
  return `${listed(lead.models.map(named))} are surely good enough; ${words.question} is open${remedy}`;
}

/** The best of those that would be chosen instead if they were surely good enough. */
function rivalSentence({ need, candidates, lead }: Choice, { named }: Names): string {
  const sure = candidates.find(({ word }) => word === 'surely')!;
  const first = candidates.find(({ model }) => model === lead?.models[0]) ?? sure;
  const rival = candidates.slice(0, candidates.indexOf(first)).find(({ word }) => word === 'open');
  if (rival?.decisive === undefined) return '';
  const { against } = thenWords(need);
  const ratio = (rival.worth ?? NaN) / (first.worth ?? NaN);
  const size = against && Number.isFinite(ratio) ? ` ${against(ratio)} and` : '';
  return `; ${named(rival.model)}${size} is open on ${openText(rival.decisive)}`;
}

/** `the pass rate (78 % – 88 %, 60 more prompts)`. */
function openText({ limit, low, high, morePrompts, moreLabels, reason }: LimitResult): string {
  const range = low === undefined && high === undefined ? [] : [rangeText(columnOf(limit), low, high)];
  const needs = [
    ...(morePrompts === undefined ? [] : [count(morePrompts, 'more prompt')]),
    ...(moreLabels === undefined ? [] : [count(moreLabels, 'more label')]),
  ];
  const inside = [...range, ...needs, ...(reason === undefined ? [] : [reason])].join(', ');
  return `${limitName(limit)}${inside === '' ? '' : ` (${inside})`}`;
}

const columnOf = (limit: NeedLimit): string => ('criterion' in limit ? 'passed' : limit.column);

const plainNames: Readonly<Record<string, string>> = {
  'rate(passed)': 'the pass rate',
  'geomean(e2e_latency_ms)': 'E2E latency',
  'geomean(ttft_ms)': 'TTFT',
  'mean(cost_usd)': 'cost',
};

const limitName = ({ metric }: NeedLimit): string => plainNames[metric] ?? metric;

/** `rate(passed) at least 90 %`. */
export function limitText(limit: NeedLimit): string {
  const column = columnOf(limit);
  const ends = [
    ...(limit.min === undefined ? [] : [`at least ${figureText(column, limit.min)}`]),
    ...(limit.max === undefined ? [] : [`at most ${figureText(column, limit.max)}`]),
  ];
  return `${limit.metric} ${ends.join(' and ')}`;
}

/** The need of the suite, and how sure `surely` is. */
export function needText({ limits, then }: Need): string {
  const by = then.by === 'best' ? `the highest rate(${then.of})` : `the ${then.by}`;
  return `The job needs ${listed(limits.map(limitText), 8)}; then ${by}. "Surely" holds at 95 % for all models together; a failed request has not passed.`;
}

/** `rate(passed) 97 % (91 % – 99 %)`, and its basis if that is not the checks. */
export function limitFigure({ limit, point, low, high, basis, reason }: LimitResult): string {
  const column = columnOf(limit);
  const range = low === undefined && high === undefined ? '' : ` (${rangeText(column, low, high)})`;
  const by = basis === undefined || basis === 'checks' ? '' : ` by ${basis}`;
  const figure = point === undefined ? '' : ` ${figureText(column, point)}${range}`;
  return `${limit.metric}${figure}${by}${reason === undefined ? '' : `, ${reason}`}`;
}

export const choiceTones: Readonly<Record<Candidate['word'], Tone>> = {
  surely: 'good',
  open: 'quiet',
  out: 'bad',
};

/** Each model once: its list, the deciding limit, and what would settle it. */
export function candidateLine({ model, word, limits, decisive }: Candidate, named: Named): string {
  if (word === 'surely') return `✓ surely: ${named(model)}: ${limits.map(limitFigure).join('; ')}`;
  const about =
    decisive === undefined
      ? ''
      : `: ${limitFigure(decisive)}, needs ${limitText(decisive.limit).slice(decisive.limit.metric.length + 1)}`;
  if (word === 'out') return `✗ out: ${named(model)}${about}`;
  return `· open: ${named(model)}${about}${settles(decisive)}`;
}

function settles(result: LimitResult | undefined): string {
  if (result?.morePrompts !== undefined)
    return `; ${count(result.morePrompts, 'more prompt')} would probably settle it`;
  if (result?.moreLabels !== undefined)
    return `; ${count(result.moreLabels, 'more label')} by people would let the judge count`;
  return '';
}
