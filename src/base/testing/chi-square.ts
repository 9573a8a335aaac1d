/** Pearson's statistic of counts that should all be equal: near their number when they are. */
export function chiSquare(counts: Iterable<number>): number {
  const all = [...counts];
  const expected = all.reduce((sum, n) => sum + n, 0) / all.length;
  return all.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
}

/** How often each of these words occurs, including those that never do. */
export function tally(words: Iterable<string>, known: Iterable<string>): number[] {
  const counts = new Map<string, number>([...known].map((word) => [word, 0]));
  for (const word of words) {
    const before = counts.get(word);
    if (before === undefined) throw new Error(`"${word}" should not occur`);
    counts.set(word, before + 1);
  }
  return [...counts.values()];
}

/** Every order of some items. */
export function orders<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((first, place) => orders(items.toSpliced(place, 1)).map((rest) => [first, ...rest]));
}
