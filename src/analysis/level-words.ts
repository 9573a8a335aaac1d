import { rateText } from '../load/rate.ts';
import type { Slo } from '../load/slo.ts';
import type { LimitRow } from './level-columns.ts';

/** `TTFT ≤ 2 s and E2E ≤ 15 s in 95 %`. */
export function sloText(slo: Slo): string {
  const limits = [
    ...timeLimits.flatMap((name) => (slo[name] === undefined ? [] : [limitOf(slo, name)])),
    ...(slo.passed === true ? ['checks passed'] : []),
  ];
  return `${limits.join(' and ') || 'answered'} in ${Number((100 * slo.attainment).toPrecision(4))} %`;
}

const timeLimits = ['ttftMs', 'e2eMs', 'tpotMs'] as const;

/** `E2E ≤ 15 s`. */
export function limitOf(slo: Slo, name: (typeof timeLimits)[number]): string {
  const limit = slo[name] ?? 0;
  const isShort = limit < 1000 || name === 'tpotMs';
  return `${name.slice(0, -2).toUpperCase()} ≤ ${isShort ? `${limit} ms` : `${limit / 1000} s`}`;
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
  return held === undefined ? `neither held nor broke a rate ${why}` : `${from}; no limit was found ${why}`;
}
