import { type Column, count, ms, number, required, type RowOf, share, text } from '../base/column.ts';
import { laterColumns } from '../plan/cell.ts';

const which = [
  required(text('run_id', 'the run')),
  required(text('suite', 'name of the suite')),
  required(text('route', 'route to the model')),
  required(text('model', 'id in the suite')),
] as const satisfies readonly Column[];

/** `levels.csv`: the results of each model at each level of a load. */
export const levelColumns = [
  ...which,
  required(text('load', '`open`: requests per second; `closed`: requests in flight')),
  required(number('level', '', 'requests per second offered, or requests in flight')),
  required(count('visits', 'visits that count')),
  count('passed', 'visits that kept the SLO; empty without one'),
  count('failed', 'visits that did not; empty without an SLO'),
  required(
    count(
      'void',
      'visits that do not count: requests were sent too late, no server took any, a worker was lost, or the run stopped',
    ),
  ),
  text('word', '`held`, `broken` or `open`, by a sign test over the visits; empty without an SLO'),
  required(count('arrivals', 'requests that were due, or sent, in those visits')),
  number('achieved_rps', '1/s', 'requests sent in time ÷ windows; answered ÷ windows in a closed loop', 4),
  number('goodput_rps', '1/s', 'good requests ÷ windows', 4),
  share('attainment', 'good requests ÷ all; empty without an SLO'),
  share('error_rate', 'share of requests without an answer'),
  required(count('rate_limited', 'requests that were refused because of a rate limit')),
  required(count('dropped', 'requests that found the ceiling full and were not sent')),
  ms('ttft_p50_ms', 'from sent to the first text; a failure counts as the total timeout'),
  ms('ttft_p95_ms', 'the same'),
  ms('e2e_p50_ms', 'from sent to the end; a failure counts as the total timeout'),
  ms('e2e_p95_ms', 'the same'),
  ms('ttft_due_p50_ms', 'from due to the first text; empty in a closed loop'),
  ms('ttft_due_p95_ms', 'the same'),
  ms('e2e_due_p50_ms', 'from due to the end; empty in a closed loop'),
  ms('e2e_due_p95_ms', 'the same'),
  number('output_tps_total', 'tok/s', 'tokens of all answers ÷ windows', 3),
  ms('late_p99_ms', 'our own lateness; empty in a closed loop'),
  ...laterColumns,
] as const satisfies readonly Column[];

/** `limits.csv`: the highest rate at which each model keeps the SLO. */
export const limitColumns = [
  ...which,
  required(text('slo', 'what was asked')),
  number('held_rps', '1/s', 'the highest rate that holds; empty if none was found'),
  number('broken_rps', '1/s', 'the lowest rate that breaks; empty if none was found'),
  required(count('visits', 'visits that count, without those of the ladder')),
  required(count('need', 'visits that must agree to decide a level')),
  required(text('word', '`found`; `range`: a side lies outside `from` to `to`; `max_visits`; `stopped`')),
  ...laterColumns,
] as const satisfies readonly Column[];

export type LevelRow = RowOf<typeof levelColumns>;
export type LimitRow = RowOf<typeof limitColumns>;
