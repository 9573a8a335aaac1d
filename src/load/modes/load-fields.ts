import { z } from 'zod';
import { durationForm, parseDuration } from '../../base/duration.ts';
import type { Ms } from '../../base/clock.ts';
import { count } from '../../base/text.ts';
import { UserError } from '../../base/user-error.ts';
import { highestRate, parseRate, rateForm, rateText } from '../rate.ts';
import type { Slo } from '../slo.ts';
import type { Arrivals } from '../timetable.ts';
import { type Lengths, traceFormats } from '../trace.ts';

const rate = written(`a rate is ${rateForm}`, parseRate, {
  isFine: (perSecond) => perSecond <= highestRate,
  words: `is above ${highestRate}/s, the highest rate`,
});
/** A longer visit is refused. */
const longest: Ms = 7 * 24 * 3_600_000;
export const duration = written(`a duration is ${durationForm}`, parseDuration, {
  isFine: (ms) => ms <= longest,
  words: 'is longer than a week',
});

/** A number with its unit. A bare number is reported separately: its unit is missing. */
function written(
  form: string,
  parse: (text: string) => number | undefined,
  most: { isFine: (value: number) => boolean; words: string },
) {
  const wrong = ({ input }: { input?: unknown }): string | undefined =>
    input === undefined || typeof input === 'object' ? undefined : `${form}, not ${JSON.stringify(input)}`;
  return z
    .string({ error: wrong })
    .refine((text) => parse(text) !== undefined, { error: wrong, abort: true })
    .refine((text) => most.isFine(parse(text)!), { error: ({ input }) => `${String(input)} ${most.words}` });
}

export const rateField = rate;
export const rates = z.union([rate, z.array(rate).min(1)]);

export const arrivals = z
  .union([
    z.enum(['constant', 'poisson']),
    z.strictObject({ gamma: z.strictObject({ burstiness: z.number().min(0.1).max(50) }) }),
    z.strictObject({
      trace: z.strictObject({
        file: z.string(),
        format: z.enum(Object.keys(traceFormats) as [keyof typeof traceFormats]),
        speed: z.number().positive().max(1e6).default(1),
        lengths: z
          .boolean()
          .default(false)
          .describe('prompts are filled up to the recorded lengths, and answers end at theirs'),
      }),
    }),
  ])
  .describe('distribution of requests in time; poisson')
  .optional();

export const slo = z
  .strictObject({
    ttft_ms: z.number().positive().optional().describe('from due to the first text'),
    e2e_ms: z.number().positive().optional().describe('from due to the end'),
    tpot_ms: z.number().positive().optional().describe('between tokens'),
    passed: z.boolean().optional().describe('the answer must pass its checks'),
    attainment: z
      .number()
      .gt(0)
      .max(1)
      .default(0.95)
      .describe('share of all requests that must keep every limit'),
  })
  .describe('what is good enough; each limit counts from when a request was due');

/** Fields of both open modes. */
export const visitFields = {
  arrivals,
  window: duration.optional().describe('how long a visit counts; 120s'),
  min_arrivals: z
    .int()
    .min(10)
    .max(100_000)
    .optional()
    .describe('minimum requests of a visit; at low rates, its window is made longer; 60'),
  warmup: duration.optional().describe('how long the load runs before the window; 20s'),
  washout: duration.optional().describe('idle time after a visit; 10s'),
  visits: z.int().min(1).max(100).optional().describe('visits that decide a level; 8'),
  ceiling: z
    .int()
    .min(1)
    .max(10_000)
    .optional()
    .describe('maximum requests in flight; a request that finds no room is dropped, and its visit fails; 64'),
};

export interface VisitSettings {
  arrivals?: z.output<typeof arrivals>;
  window?: string | undefined;
  min_arrivals?: number | undefined;
  warmup?: string | undefined;
  washout?: string | undefined;
  visits?: number | undefined;
  ceiling?: number | undefined;
  /** The rates to visit are not known beforehand. If the window is too short for one, it is made longer. */
  stretches?: boolean;
}

export const ceilingOf = ({ ceiling = 64 }: VisitSettings): number => ceiling;
export const visitsOf = ({ visits = 8 }: VisitSettings): number => visits;
export const washoutOf = ({ washout = '10s' }: VisitSettings): Ms => parseDuration(washout)!;
export const warmupOf = ({ warmup = '20s' }: VisitSettings): Ms => parseDuration(warmup)!;

/** Maximum requests of one visit: all of them are planned before the first is sent. */
const mostArrivals = 1_000_000;

/**
 * The window of a visit at this rate: the given one, or one long enough for the required arrivals. Throws a UserError
 * if the given window cannot hold them; it names one that can.
 */
export function windowFor(
  { window, min_arrivals: least = 60, stretches = false }: VisitSettings,
  perSecond: number,
): Ms {
  const needed = (least / perSecond) * 1000;
  if (needed > longest)
    throw new UserError(
      `load: at ${rateText(perSecond)} a visit of ${least} requests would take more than a week. Raise the rate, or lower load.min_arrivals`,
    );
  const asked = window === undefined ? Math.max(120_000, needed) : parseDuration(window)!;
  if (stretches && asked < needed) return needed;
  if ((asked * perSecond) / 1000 > mostArrivals)
    throw new UserError(
      `load.window: a visit of ${asked / 1000}s at ${rateText(perSecond)} has more than ${mostArrivals.toLocaleString('en-US')} requests. Make it shorter, or lower the rate`,
    );
  if (asked < needed * (1 - 1e-9))
    throw new UserError(
      `load.window: ${window} holds about ${count(Math.floor((asked * perSecond) / 1000), 'request')} at ${rateText(perSecond)}, and a visit ` +
        `needs ${least}. Make it ${Math.ceil(needed / 1000)}s, raise the rate, or lower load.min_arrivals`,
    );
  return asked;
}

/** The distribution of arrivals. `traces` holds the parsed trace files. */
export function arrivalsOf({ arrivals: written = 'poisson' }: VisitSettings): Arrivals {
  if (written === 'constant' || written === 'poisson') return { kind: written };
  if ('gamma' in written) return { kind: 'gamma', burstiness: written.gamma.burstiness };
  // An unread trace has no arrivals. The suite's reader adds them to its file name.
  const { offsets = [] } = written.trace as { offsets?: readonly Ms[] };
  return { kind: 'trace', offsets };
}

/** Lengths of each arrival that a trace replays. Empty if the suite's own texts are sent unchanged. */
export function lengthsOf({ arrivals: written }: { arrivals?: unknown }): readonly Lengths[] {
  const { trace } = (written ?? {}) as { trace?: { tokens?: readonly (readonly [number, number])[] } };
  const { tokens = [] } = trace ?? {};
  return tokens.map(([promptTokens, completionTokens]) => ({ promptTokens, completionTokens }));
}

export function sloOf(written: z.input<typeof slo> | undefined): Slo | undefined {
  if (!written) return undefined;
  const { ttft_ms: ttftMs, e2e_ms: e2eMs, tpot_ms: tpotMs, passed, attainment = 0.95 } = written;
  return {
    ...(ttftMs === undefined ? {} : { ttftMs }),
    ...(e2eMs === undefined ? {} : { e2eMs }),
    ...(tpotMs === undefined ? {} : { tpotMs }),
    ...(passed === undefined ? {} : { passed }),
    attainment,
  };
}
