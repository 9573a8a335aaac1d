import { sloText } from '../analysis/level-words.ts';
import { lateLimit } from '../analysis/visits.ts';
import type { LoadSettings } from '../load/load-modes.ts';
import { type Design, fewestCompared } from '../load/design.ts';
import { count, oneLine } from '../base/text.ts';
import { parseRate, rateText } from '../load/rate.ts';
import type { Lengths } from '../load/trace.ts';
import { defaultTo } from '../load/modes/limit.ts';
import { decisiveCount } from '../stats/sign-test.ts';
import { listed } from './listed.ts';
import { duration, fixed } from './number-text.ts';

/** What `plan` says about a load with levels. */
export interface PlannedLoad {
  /** The levels, and how each is visited. */
  facts: readonly string[];
  /** What it can settle, in a sentence. */
  settles: string;
  /** Sentences. */
  warnings: readonly string[];
}

/** Rates of a level list, in requests per second. Empty for levels of concurrency and for a search. */
const ratesOf = ({ rate }: LoadSettings): number[] => [
  ...new Set(([rate ?? []].flat() as string[]).map((text) => parseRate(text) ?? NaN)),
];

/** `seconds`: duration of an answer. `compared`: what there are several of. `lengths`: mean lengths that a trace sets. */
export function plannedLoad(
  load: LoadSettings,
  design: Design,
  { seconds, compared, lengths }: { seconds: number; compared?: string; lengths?: Lengths },
): PlannedLoad {
  const rates = ratesOf(load);
  return {
    facts: [
      levelsText(load, rates),
      ...arrivalsFact(load, lengths),
      `${count(design.visits, 'visit')} of each level`,
      ...windowFact(design, rates),
    ],
    settles: [
      settlesText(load, design),
      ...(compared === undefined ? [] : [comparesText(load, design, compared)]),
    ].join(' '),
    warnings: [...ceilingWarnings(load, rates, seconds), ...latenessWarnings(design)],
  };
}

function levelsText(load: LoadSettings, rates: readonly number[]): string {
  if (load.mode === 'limit') return 'open loop, searching for the highest rate';
  if (rates.length > 0) return `open loop at ${listed(rates.map(rateText))}`;
  const levels = new Set((load['levels'] as number[] | undefined) ?? []);
  return `${listed([...levels].map(String))} in flight, in turn`;
}

/** Distribution of requests in time. */
function arrivalsFact({ mode, arrivals = 'poisson' }: LoadSettings, mean: Lengths | undefined): string[] {
  if (mode === 'closed') return [];
  const { gamma, trace } = arrivals as {
    gamma?: { burstiness: number };
    trace?: { file: string; offsets?: readonly number[]; recorded?: number };
  };
  if (gamma) return [`in bursts (gamma, ${gamma.burstiness})`];
  if (!trace) return [arrivals === 'constant' ? 'evenly spaced' : 'Poisson arrivals'];
  const { file, offsets = [], recorded = 0 } = trace;
  const part =
    offsets.length < recorded ? `the first ${fixed(offsets.length, 0)} of its ${fixed(recorded, 0)} ` : '';
  const lengths = mean
    ? ` and lengths: about ${fixed(mean.promptTokens ?? 0, 0)} tokens asked and ${fixed(mean.completionTokens ?? 0, 0)} answered`
    : ', not its lengths';
  return [`as in ${oneLine(file, 60)} (${part}times${lengths})`];
}

function windowFact(design: Design, rates: readonly number[]): string[] {
  const windows = [...new Set(rates.map((rate) => design.windowMs(rate, 'visit') ?? 0))];
  return windows.length === 0 ? [] : [`each for ${listed(windows.map(duration))}`];
}

function settlesText(load: LoadSettings, { visits, slo }: Design): string {
  if (!slo)
    return load.mode === 'closed'
      ? 'Shows answers per second, TTFT, and E2E latency of each level.'
      : 'Shows the latency of each level from due. With an SLO (--slo e2e=15s) it also says whether the level holds.';
  const need = decisiveCount(visits);
  const about = `The question: ${sloText(slo)} of the requests?`;
  if (need === undefined) return `${about} ${count(visits, 'visit')} can decide no level; 5 are the least.`;
  const levels = `${about} A level is decided when ${need} of ${visits} visits agree.`;
  return load.mode === 'limit'
    ? `${levels} The limit of a small hosted service is found within a factor of 2 to 2.4, by about 38 visits of a model.`
    : levels;
}

function comparesText({ mode }: LoadSettings, { visits }: Design, what: string): string {
  if (mode === 'limit') return 'Two limits differ if their known ranges do not overlap.';
  return visits < fewestCompared
    ? `${count(visits, 'visit')} ${visits === 1 ? 'settles' : 'settle'} no difference; ${fewestCompared} are the least, and 8 are better.`
    : `${what} are compared at each level by their ${visits} visits.`;
}

/** If the ceiling is below the requests in flight at a rate, the run measures the ceiling. */
function ceilingWarnings(load: LoadSettings, rates: readonly number[], seconds: number): string[] {
  const { ceiling = 64 } = load as { ceiling?: number };
  if (load.mode === 'limit') return searchWarnings(load, ceiling);
  const highest = Math.max(0, ...rates);
  const inFlight = Math.ceil(highest * seconds);
  if (load.mode !== 'open' || inFlight <= ceiling) return [];
  return [
    `At ${rateText(highest)} and ${seconds} seconds an answer, about ${inFlight} requests are in flight, and load.ceiling is ` +
      `${ceiling}: what finds it full is dropped, and its level fails. Raise load.ceiling if answers take that long.`,
  ];
}

/** Below this, many machines are sometimes later. */
const easyMs = 5;

const ms = (value: number): string => `${Number(value.toPrecision(3))} ms`;

/** A tight SLO needs a punctual machine: on any other, visits are void. */
function latenessWarnings({ slo }: Design): string[] {
  const limit = lateLimit(slo);
  if (limit >= easyMs) return [];
  return [
    `An SLO of ${ms(20 * limit)} lets this machine send a request at most ${ms(limit)} late. If more than 2 % of a visit are later, the visit is void.`,
  ];
}

/** Requests in flight of a service that just keeps the SLO. A lower ceiling would be found instead of the limit. */
function searchWarnings(load: LoadSettings, ceiling: number): string[] {
  const { slo = {}, limit = {} } = load as { slo?: { e2e_ms?: number }; limit?: { to?: string } };
  const to = parseRate(limit.to ?? defaultTo)!;
  const highest = slo.e2e_ms === undefined ? Infinity : (1000 * ceiling) / slo.e2e_ms;
  if (highest >= to || slo.e2e_ms === undefined) return [];
  return [
    `The search goes up to ${rateText(to)}. From about ${rateText(highest)} on, answers of ${duration(slo.e2e_ms)} would fill load.ceiling ` +
      `(${ceiling}), and the search may find the ceiling instead of the limit. Raise load.ceiling to ${Math.ceil((to * slo.e2e_ms) / 1000)}, or lower limit.to.`,
  ];
}
