/** A spreadsheet sees a formula even behind blanks and zero-width characters. */
const formula = /^[\s\p{Cc}\p{Cf}]*[=+\-@\uff1d\uff0b\uff0d\uff20]/u;
const startsWithControl = /^[\t\r\n]/;
const signedNumber = /^[+-](?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?$/;

/** Whether a spreadsheet might read this text as a formula. A signed number alone is harmless. */
export function looksLikeFormula(text: string): boolean {
  if (signedNumber.test(text)) return false;
  return formula.test(text) || startsWithControl.test(text);
}

/**
 * Text as a cell of a CSV file for a spreadsheet. Puts `'` before anything it might run as a formula, as OWASP
 * advises. Not for files that programs read, because it changes the text.
 */
export function escapeFormula(text: string): string {
  return looksLikeFormula(text) ? `'${text}` : text;
}

/**
 * As above, for files that our own programs read back. `shownText` undoes it exactly, because text that begins with an
 * apostrophe gets one more. Signed numbers are escaped too: a cell of words never holds a number.
 */
export function guardedText(text: string): string {
  if (text === '' || isPlainStart(text.charCodeAt(0))) return text;
  return /^['+-]/.test(text) || looksLikeFormula(text) ? `'${text}` : text;
}

/** A digit or a letter of ASCII, as nearly every cell begins. */
const isPlainStart = (code: number): boolean =>
  (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);

/** The text that `guardedText` was given. */
export function shownText(cell: string): string {
  return cell.startsWith("'") ? cell.slice(1) : cell;
}
