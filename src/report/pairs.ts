import { cellName } from '../plan/cell.ts';
import { letterGroups } from '../stats/letters.ts';
import type { PairRow } from '../analysis/summary-columns.ts';
import type { RankedModel } from './ranking-lines.ts';
import type { Report } from './run-report.ts';

/** The metric whose pairs speak about the ranking. */
export const rankedMetric = 'e2e_latency_ms';

/** The comparison of b against a, whichever way round it was written. Absent when they were not compared. */
export function pairOf(pairs: readonly PairRow[], a: string, b: string): PairRow | undefined {
  const ours = pairs.filter(({ metric }) => metric === rankedMetric);
  const found = ours.find(({ model_a, model_b }) => model_a === a && model_b === b);
  if (found) return found;
  const turned = ours.find(({ model_a, model_b }) => model_a === b && model_b === a);
  return turned && turnedRound(turned);
}

function turnedRound(pair: PairRow): PairRow {
  const opposite: Record<string, string> = { faster: 'slower', slower: 'faster' };
  return {
    ...pair,
    model_a: pair.model_b,
    model_b: pair.model_a,
    ratio: inverse(pair.ratio),
    ci_low: inverse(pair.ci_high),
    ci_high: inverse(pair.ci_low),
    verdict: opposite[pair.verdict] ?? pair.verdict,
  };
}

const inverse = (ratio: number | undefined): number | undefined =>
  ratio === undefined || ratio === 0 ? undefined : 1 / ratio;

/**
 * Letters of the ranked models, in their order: models that share one were not told apart. Empty when no
 * comparison was made.
 */
export function rankingLetters(rows: readonly RankedModel[], { pairs, run }: Report): string[] {
  const names = rows
    .filter(({ rank }) => rank !== undefined)
    .map(({ model }) => cellName(model, run.routes.length > 1));
  const pairBetween = (a: number, b: number): PairRow | undefined => pairOf(pairs, names[a]!, names[b]!);
  if (!names.some((_, a) => names.some((__, b) => pairBetween(a, b) !== undefined))) return [];
  return letterGroups(names.length, (a, b) => {
    const word = pairBetween(a, b)?.verdict;
    return word === 'faster' || word === 'slower';
  });
}
