/** Blanks and characters of no width do not keep a spreadsheet from seeing the formula behind them. */
const formula = /^[\s\p{Cc}\p{Cf}]*[=+\-@\uff1d\uff0b\uff0d\uff20]/u;
const startsWithControl = /^[\t\r\n]/;
const signedNumber = /^[+-](?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?$/;

/** Whether a spreadsheet might take this text for a formula. A signed number alone is harmless. */
export function looksLikeFormula(text: string): boolean {
  if (signedNumber.test(text)) return false;
  return formula.test(text) || startsWithControl.test(text);
}

/**
 * Text as a cell of a CSV file that a spreadsheet will open: with `'` before what it might run as a formula, as
 * OWASP advises. Not for files that programs read, because it changes the text.
 */
export function escapeFormula(text: string): string {
  return looksLikeFormula(text) ? `'${text}` : text;
}

/**
 * The same for files that our own programs read back: `shownText` undoes it exactly, because text that begins with an
 * apostrophe gets one more. Signed numbers are escaped as well: what a cell of words holds is never a number.
 */
export function guardedText(text: string): string {
  return /^['+-]/.test(text) || looksLikeFormula(text) ? `'${text}` : text;
}

/** The text that `guardedText` was given. */
export function shownText(cell: string): string {
  return cell.startsWith("'") ? cell.slice(1) : cell;
}
