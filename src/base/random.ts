/** Uniform numbers in [0, 1). All randomness in this program comes from one of these, so a seed repeats it. */
export type Random = () => number;

/**
 * A small, fast, seeded generator: sfc32 (Chris Doty-Humphrey, PractRand). Seeded from a string by FNV-1a, so that
 * naming a stream makes it independent: `seededRandom('42/plan')`.
 */
export function seededRandom(seed: string | number): Random {
  let hash = 0x811c9dc5;
  const next = (): number => {
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
    return (hash ^= hash >>> 15) >>> 0;
  };
  for (const char of String(seed)) hash = Math.imul(hash ^ char.codePointAt(0)!, 0x01000193);
  let a = next();
  let b = next();
  let c = next();
  let counter = 1;
  const random: Random = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return (sum >>> 0) / 4294967296;
  };
  for (let warmUp = 0; warmUp < 12; warmUp++) random();
  return random;
}

/** A new array in random order (Fisher–Yates). */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const pick = Math.floor(random() * (last + 1));
    [result[last], result[pick]] = [result[pick]!, result[last]!];
  }
  return result;
}

/** A draw from the standard normal distribution (Box–Muller). */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
