const bars = '▁▂▃▄▅▆▇█';

/**
 * A series as one line of bars, the newest `width` values, lowest to highest; `·` where there is none. A series that
 * moves by less than `flat` of its middle is drawn in the middle, so that noise does not look like mountains.
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
