/** Largest share of false verdicts on a level. */
const alpha = 0.05;

/**
 * How many of `n` visits must agree to decide a level: the least k with P(Binomial(n, ½) ≥ k) ≤ 5 %: 5 of 5, 7 of 8, 9
 * of 11. Undefined if even n of n is not enough, which is below five. Source: the sign test, Dixon & Mood, JASA 41
 * (1946).
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

/** The verdict of a level's visits. `open`: neither verdict can be reached any more. */
export type LevelWord = 'held' | 'broken' | 'open';

/**
 * The verdict on a level whose number of visits was fixed beforehand. Undefined while it is undecided. May be called
 * after each visit: the remaining visits cannot change a decided verdict.
 */
export function levelWord(passed: number, failed: number, visits: number): LevelWord | undefined {
  const need = decisiveCount(visits);
  if (need === undefined) return passed + failed < visits ? undefined : 'open';
  if (passed >= need) return 'held';
  if (failed >= need) return 'broken';
  const left = visits - passed - failed;
  return passed + left < need && failed + left < need ? 'open' : undefined;
}
