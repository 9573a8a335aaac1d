import type { Column } from '../../../base/column.ts';
import type { Look } from './book.ts';
import { colors } from './colors.ts';
import { numberFormat } from './number-format.ts';

/** Of text: a little away from the number to its left. */
export const textLook: Look = { ink: colors.ink, indent: 1 };

/** How the cells of a column look before anything is known of their rows. */
export function columnLook(column: Column): Look {
  const format = numberFormat(column);
  if (format !== undefined) return { ink: colors.ink, numberFormat: format };
  return column.kind === 'boolean' ? { ink: colors.ink, align: 'center' } : textLook;
}
