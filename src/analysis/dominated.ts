import { pairBetween } from './leads.ts';
import type { PairRow } from './summary-columns.ts';

/** A verdict on `name`, on either side of the pair. Only firm words count: what "seems" so is not sure. */
function outcomeOf(name: string, pair: PairRow | undefined): 'ahead' | 'equal' | undefined {
  if (pair === undefined) return undefined;
  if (pair.verdict === 'equal') return 'equal';
  const ahead = pair.model_b === name ? ['faster', 'better'] : ['slower', 'worse'];
  return ahead.includes(pair.verdict) ? 'ahead' : undefined;
}

/**
 * Models that can be replaced, each with a replacement: surely not worse in any metric (equal within the margin, or
 * ahead), and surely ahead in one. What is not settled, or was not compared, dominates nothing. `able`: which models
 * may replace others. A model that mostly fails may not.
 */
export function dominatedBy(
  names: readonly string[],
  metrics: readonly string[],
  pairs: readonly PairRow[],
  able: (name: string) => boolean = () => true,
): Map<string, string> {
  const doesDominate = (one: string, other: string): boolean => {
    const outcomes = metrics.map((metric) => outcomeOf(one, pairBetween(pairs, metric, one, other)));
    return !outcomes.includes(undefined) && outcomes.includes('ahead');
  };
  const found = names.flatMap((name) => {
    const by = names.find((other) => other !== name && able(other) && doesDominate(other, name));
    return by === undefined ? [] : [[name, by] as const];
  });
  return new Map(found);
}
