import { logTicks } from './picture-axis.ts';

/** A range around 1 that holds all ratios, equally far to both sides. Open ends are passed over. */
export function ratioDomain(ratios: Iterable<number | undefined>): [number, number] {
  let reach = 1.3;
  for (const ratio of ratios)
    if (ratio !== undefined && ratio > 0 && Number.isFinite(ratio))
      reach = Math.max(reach, Math.max(ratio, 1 / ratio) * 1.08);
  return [1 / reach, reach];
}

const fine = [0.8, 0.9, 1, 1.1, 1.25];
const coarse = [0.4, 0.5, 0.65, 0.8, 1, 1.25, 1.5, 2, 2.5];

/** Marks for it, with 1 among them. */
export function ratioTicks([low, high]: [number, number], most: number): number[] {
  if (high > 3) return logTicks(low, high, most);
  const ticks = (high < 1.5 ? fine : coarse).filter((tick) => tick >= low && tick <= high);
  return ticks.length <= most ? ticks : ticks.filter((tick) => [0.5, 0.8, 1, 1.25, 2].includes(tick));
}
