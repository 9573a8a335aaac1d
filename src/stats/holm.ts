/**
 * Holm's step-down correction: the adjusted p of each test, in the order given. Rejecting those at or below α
 * keeps the chance of any false claim in the family at α, whatever the dependence between the tests.
 * Source: Holm, Scandinavian Journal of Statistics 6 (1979).
 */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, index) => index).sort((a, b) => pValues[a]! - pValues[b]!);
  const adjusted = new Array<number>(pValues.length);
  let largest = 0;
  order.forEach((test, rank) => {
    largest = Math.max(largest, Math.min(1, (pValues.length - rank) * pValues[test]!));
    adjusted[test] = largest;
  });
  return adjusted;
}
