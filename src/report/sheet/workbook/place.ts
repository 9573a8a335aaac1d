/** A block of cells, rows and columns from 0, both ends included. */
export interface Area {
  readonly sheet: string;
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/** `A`, `Z`, `AA` … for 0, 25, 26 … */
export function columnLetters(index: number): string {
  let letters = '';
  for (let rest = index + 1; rest > 0; rest = Math.floor((rest - 1) / 26))
    letters = String.fromCharCode(65 + ((rest - 1) % 26)) + letters;
  return letters;
}

/** `B3` for row 2, column 1. */
export const cellName = (row: number, column: number): string => `${columnLetters(column)}${row + 1}`;

/** `'Read me'!$A$1:$B$9`; one cell alone without the colon. */
export function reference({ sheet, top, left, bottom, right }: Area): string {
  const absolute = (row: number, column: number): string => `$${columnLetters(column)}$${row + 1}`;
  const first = absolute(top, left);
  const last = absolute(bottom, right);
  const name = /^\w+$/.test(sheet) ? sheet : `'${sheet.replaceAll("'", "''")}'`;
  return `${name}!${first === last ? first : `${first}:${last}`}`;
}

/** The cells of one column. */
export const columnArea = (sheet: string, column: number, top: number, bottom: number): Area => ({
  sheet,
  top,
  left: column,
  bottom,
  right: column,
});
