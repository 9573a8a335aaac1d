import type { PairRow } from '../../analysis/summary-columns.ts';
import type { TextCell, TextColumn } from '../text-table.ts';
import type { Align } from '../text-width.ts';

/** A column of the terminal's tables, a cell for each pair. */
export function pairColumn(
  subtitle: string,
  align: Align,
  pairs: readonly PairRow[],
  cell: (pair: PairRow) => TextCell | string,
): TextColumn {
  const cells = pairs.map((pair) => {
    const made = cell(pair);
    return typeof made === 'string' ? { text: made } : made;
  });
  return { title: '', subtitle, align, cells };
}
