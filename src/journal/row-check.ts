import { crc32 } from 'node:zlib';
import type { Column } from '../base/column.ts';

/** Last column of every table that our programs read back. */
export const rowCheck = {
  name: 'row_check',
  kind: 'check',
  unit: '',
  meaning: "`x` and the CRC-32 of the row's other cells: a row that was damaged on the disk is passed over",
} as const satisfies Column;

/** Takes the cells of a row, in the order of the names, and gives their checksum. */
export type CheckOf = (cells: readonly string[]) => string;

/**
 * The checksum of a row: CRC-32, which never misses a change within 32 bits and of longer ones one in four thousand
 * million. It guards against accidents, not against people. It covers names and values of the cells that are not empty,
 * by name, so that neither quotes nor the order of columns nor a new empty column change it; the `x` keeps spreadsheets
 * from reading it as a number.
 */
export function checkFor(names: readonly string[]): CheckOf {
  const order = names
    .map((name, place) => ({ name, place }))
    .filter(({ name }) => name !== rowCheck.name)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return (cells) => {
    let text = '';
    for (const { name, place } of order) {
      const cell = cells[place]!;
      if (cell !== '') text += `${name}\u001f${plainValue(cell)}\u001e`;
    }
    return `x${crc32(text).toString(16).padStart(8, '0')}`;
  };
}

const decimals = /^-?\d+\.\d*0$/;

/** A value as every program writes it: spreadsheets drop the zeros at the end of a number, and write TRUE for true. */
function plainValue(cell: string): string {
  if (cell.endsWith('0') && decimals.test(cell)) return cell.replace(/\.?0+$/, '');
  if (cell === 'TRUE') return 'true';
  return cell === 'FALSE' ? 'false' : cell;
}
