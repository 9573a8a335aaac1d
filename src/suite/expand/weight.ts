/** Characters that all prompts of a suite may hold together, once everything is written out. */
export const heaviestSuite = 200_000_000;

export const mostPrompts = 100_000;

/** About how many characters values take as JSON. One that is shared is looked at once, and counts each time. */
export function weigher(): (values: readonly object[]) => number {
  const known = new WeakMap<object, number>();
  return (values) => {
    let total = 0;
    for (const value of values) {
      const weight = known.get(value) ?? weigh(value);
      known.set(value, weight);
      total += weight;
    }
    return total;
  };
}

function weigh(value: unknown): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object' || value === null) return 8;
  let weight = 2;
  if (Array.isArray(value)) for (const item of value) weight += 1 + weigh(item);
  else for (const [key, part] of Object.entries(value)) weight += key.length + 4 + weigh(part);
  return weight;
}
