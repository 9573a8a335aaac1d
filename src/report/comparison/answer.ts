import type { PairRow } from '../../analysis/summary-columns.ts';
import { rankedMetric } from '../pairs.ts';
import type { ComparisonReport } from './comparison.ts';
import { routeTables } from './route-costs.ts';
import {
  differenceRangeText,
  differenceText,
  measureOf,
  nameIn,
  ratioRangeText,
  ratioText,
} from './comparison-wording.ts';

/** A sentence for each model: how much later the first token comes on one route than on the other. */
export function routeAnswer(pairs: readonly PairRow[]): string[] {
  const metric = ['ttft_ms', rankedMetric].find((name) => pairs.some((pair) => pair.metric === name));
  return routeTables(pairs.filter((pair) => pair.metric === metric)).flatMap(({ routeA, routeB, rows }) =>
    rows.map(({ model, pair }) => {
      const what = `${model}: ${measureOf(pair.metric).label} on ${routeB}`;
      if (pair.difference === undefined) return `${what} against ${routeA}: ${pair.verdict}.`;
      const size = `${differenceText(pair.metric, pair.difference)} ms against ${routeA}`;
      return `${what} is ${size} (95 % interval ${inWords(differenceRangeText(pair))}): ${pair.verdict}.`;
    }),
  );
}

/** A sentence for each model of two runs: how many times as long a whole answer takes as it did before. */
export function runAnswer(
  pairs: readonly PairRow[],
  runs: Pick<ComparisonReport, 'run' | 'before'>,
): string[] {
  return pairs
    .filter(({ metric }) => metric === rankedMetric)
    .map((pair) => {
      const what = `${nameIn(pair.model_b, runs)}: ${measureOf(pair.metric).label}`;
      if (pair.ratio === undefined) return `${what} after against before: ${pair.verdict}.`;
      const range = inWords(ratioRangeText(pair));
      return `${what} is ${ratioText(pair.ratio)} what it was (95 % interval ${range}): ${pair.verdict}.`;
    });
}

const inWords = (range: string): string => range.replace(' – ', ' to ');
