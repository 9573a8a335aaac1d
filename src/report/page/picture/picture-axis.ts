import type { Ms } from '../../../base/clock.ts';

/**
 * Marks of a logarithmic axis: 1, 2 and 5 of each power of ten; more of them where that gives fewer than three, and
 * fewer where they would not fit.
 */
export function logTicks(low: number, high: number, most: number): number[] {
  const [fine, ...coarser] = [[1, 1.5, 2, 3, 4, 5, 7], [1, 2, 5], [1, 3], [1]].map((steps) =>
    ticksOf(low, high, steps),
  );
  const usual = coarser.find(({ length }) => length <= most);
  if (usual && usual.length < 3 && fine!.length <= most) return fine!;
  if (usual) return usual;
  const decades = ticksOf(low, high, [1]);
  const every = Math.ceil(decades.length / most);
  return decades.filter((_, index) => index % every === 0);
}

function ticksOf(low: number, high: number, steps: readonly number[]): number[] {
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++)
    for (const step of steps) {
      const tick = Number(`${step}e${power}`);
      if (tick >= low && tick <= high) ticks.push(tick);
    }
  return ticks;
}

/** A range for a logarithmic axis that holds all values, with some air; never narrower than a factor of two. */
export function logDomain(values: Iterable<number>): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value) || value <= 0) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return [1, 10];
  const air = Math.max(1.06, Math.sqrt((2 * low) / high));
  return [low / air, high * air];
}

/** A duration on an axis: `50 ms`, `2 s`, `0.2 ms`. */
export function tickTime(ms: Ms): string {
  return ms < 1000 ? `${Number(ms.toPrecision(3))} ms` : `${Number((ms / 1000).toPrecision(3))} s`;
}
