/** The share of false words that a level's word may carry. */
const alpha = 0.05;

/**
 * How many of `n` visits must come out alike to decide a level: the least k with P(Binomial(n, ½) ≥ k) ≤ 5 %: 5 of 5, 7 of 8,
 * 9 of 11. Undefined where even n of n would not do, below five. Source: the sign test, Dixon & Mood, JASA 41 (1946).
 */
export function decisiveCount(n: number): number | undefined {
  let tail = 0;
  let choose = 1;
  let least: number | undefined;
  for (let k = n; k >= 0; k--) {
    tail += choose / 2 ** n;
    if (tail > alpha) break;
    least = k;
    choose = (choose * k) / (n - k + 1);
  }
  return least;
}

/** What the visits of a level say. `open`: neither word can be reached any more. */
export type LevelWord = 'held' | 'broken' | 'open';

/**
 * The word of a level whose number of visits was fixed beforehand. Undefined while it is not decided. It may be asked after
 * each visit: a word that is certain does not change with the visits that are left.
 */
export function levelWord(passed: number, failed: number, visits: number): LevelWord | undefined {
  const need = decisiveCount(visits);
  if (need === undefined) return passed + failed < visits ? undefined : 'open';
  if (passed >= need) return 'held';
  if (failed >= need) return 'broken';
  const left = visits - passed - failed;
  return passed + left < need && failed + left < need ? 'open' : undefined;
}
