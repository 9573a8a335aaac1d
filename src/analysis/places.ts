import { nameInList } from '../plan/cell.ts';
import type { PairRow } from './summary-columns.ts';

/** How often each verdict between two models was reached, over all places that a run was sent from. */
export interface PlaceVerdict {
  readonly metric: string;
  /** Their names in the pairs, without their place. */
  readonly model_a: string;
  /** What the verdicts are about. */
  readonly model_b: string;
  /** Most frequent first. `not compared` if a place has no such pair. */
  readonly verdicts: readonly { readonly verdict: string; readonly vantages: readonly string[] }[];
}

/**
 * The verdicts within each place, side by side, for each pair of models and metric. Places are not pooled: a result in
 * four of five is a fact about these places. Empty for fewer than two.
 */
export function placeVerdicts(pairs: readonly PairRow[], vantages: readonly string[]): PlaceVerdict[] {
  if (vantages.length < 2) return [];
  const named = pairs.flatMap((pair) => {
    const { metric, vantage, verdict } = pair;
    if (vantage === undefined) return [];
    const [model_a, model_b] = [pair.model_a, pair.model_b].map((name) => nameInList(name, { vantage }));
    return [{ metric, model_a: model_a!, model_b: model_b!, vantage, verdict }];
  });
  const groups = Map.groupBy(named, ({ metric, model_a, model_b }) => `${metric}\n${model_a}\n${model_b}`);
  return [...groups.values()].map((own) => {
    const { metric, model_a, model_b } = own[0]!;
    const wordOf = (place: string): string =>
      own.find(({ vantage }) => vantage === place)?.verdict ?? 'not compared';
    const verdicts = [...Map.groupBy(vantages, wordOf)].map(([verdict, places]) => ({
      verdict,
      vantages: places,
    }));
    return {
      ...{ metric, model_a, model_b },
      verdicts: verdicts.sort((a, b) => b.vantages.length - a.vantages.length),
    };
  });
}
