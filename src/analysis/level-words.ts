import type { Ms } from '../base/clock.ts';
import { rateText } from '../load/rate.ts';
import type { Slo } from '../load/slo.ts';
import type { LimitRow } from './level-columns.ts';

/** `TTFT ≤ 2 s and E2E ≤ 15 s in 95 %`. */
export function sloText({ ttftMs, e2eMs, tpotMs, passed, attainment }: Slo): string {
  const seconds = (limit: Ms): string => (limit < 1000 ? `${limit} ms` : `${limit / 1000} s`);
  const limits = [
    ...(ttftMs === undefined ? [] : [`TTFT ≤ ${seconds(ttftMs)}`]),
    ...(e2eMs === undefined ? [] : [`E2E ≤ ${seconds(e2eMs)}`]),
    ...(tpotMs === undefined ? [] : [`TPOT ≤ ${tpotMs} ms`]),
    ...(passed === true ? ['checks passed'] : []),
  ];
  return `${limits.join(' and ') || 'answered'} in ${Number((100 * attainment).toPrecision(4))} %`;
}

/** Result of a search for one model: "holds 0.3/s, breaks at 0.58/s". */
export function limitText({ held_rps: held, broken_rps: broken, word }: LimitRow): string {
  const from = held === undefined ? 'no rate was found that holds' : `holds ${rateText(held)}`;
  const to = broken === undefined ? '' : `breaks at ${rateText(broken)}`;
  if (held !== undefined && broken !== undefined) return `${from}, ${to}`;
  const why = { range: 'in the range', max_visits: 'within the visits', stopped: 'before the run stopped' }[
    word
  ];
  if (broken !== undefined) return `${to}; ${from} below it`;
  return held === undefined ? `no limit was found ${why}` : `${from}; no limit was found ${why}`;
}
