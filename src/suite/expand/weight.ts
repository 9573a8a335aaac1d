/** Characters that all prompts of a suite may hold together, once everything is written out. */
export const heaviestSuite = 200_000_000;

export const mostPrompts = 100_000;

/** About how many characters a value takes as JSON. Parts that are shared count each time they are used. */
export function weigher(): (value: unknown) => number {
  const known = new WeakMap<object, number>();
  return function weigh(value): number {
    if (typeof value === 'string') return value.length + 2;
    if (typeof value !== 'object' || value === null) return 8;
    const before = known.get(value);
    if (before !== undefined) return before;
    let weight = 2;
    for (const [key, part] of Object.entries(value)) weight += key.length + 4 + weigh(part);
    known.set(value, weight);
    return weight;
  };
}
