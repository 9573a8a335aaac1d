/** A figure with its interval. An end is absent if it was not computed or is open. */
export interface Interval {
  low?: number;
  mid: number;
  high?: number;
  /** The true value is at least `mid`. */
  isLowerBound: boolean;
}

/**
 * `├──●──┤` on an axis from 0 to `axisEnd`, `width` cells wide. An unknown end is not drawn. A lower bound has an arrow
 * toward its possible values.
 */
export function intervalBar(
  { low, mid, high, isLowerBound }: Interval,
  axisEnd: number,
  width: number,
): string {
  const at = (value: number): number =>
    axisEnd > 0 ? Math.max(0, Math.min(width - 1, Math.round((value / axisEnd) * (width - 1)))) : 0;
  const from = low === undefined ? at(mid) : at(low);
  const to = high === undefined ? at(mid) : at(high);
  const cells = Array.from({ length: width }, (_, cell): string => (cell >= from && cell <= to ? '─' : ' '));
  cells[from] = '├';
  cells[to] = '┤';
  // Also if an end is unknown.
  cells[at(mid)] = '●';
  if (isLowerBound && at(mid) + 1 < width) cells[at(mid) + 1] = '→';
  return cells.join('').trimEnd();
}

const bars = '▁▂▃▄▅▆▇█';

/**
 * A series as one line of bars, the newest `width` values, lowest to highest; `·` if there is none. A series that
 * varies by less than `flat` of its middle is drawn in the middle, so that noise does not look like mountains.
 */
export function sparkline(values: readonly number[], width: number, flat = 0): string {
  const shown = values.slice(-Math.max(1, width));
  const finite = shown.filter(Number.isFinite);
  const low = Math.min(...finite);
  const high = Math.max(...finite);
  const middle = (low + high) / 2;
  const span = Math.max(high - low, flat * Math.abs(middle));
  const from = middle - span / 2;
  return shown
    .map((value) => {
      if (!Number.isFinite(value)) return '·';
      const share = span === 0 ? 0.5 : (value - from) / span;
      return bars.charAt(Math.max(0, Math.min(bars.length - 1, Math.floor(share * bars.length))));
    })
    .join('');
}
