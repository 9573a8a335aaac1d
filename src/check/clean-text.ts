import { oneLine } from '../base/text.ts';

/**
 * Text ready for comparison. Canonically equal spellings of a character become one (NFC): they look identical. Case is
 * folded through capitals, which also matches ß with SS and ς with σ.
 */
export function comparable(text: string, ignoreCase: boolean): string {
  const folded = ignoreCase ? text.toLowerCase().toUpperCase() : text;
  return folded.normalize('NFC');
}

/** Whether it has a visible character: neither blank, nor control, nor invisible. */
export function hasVisibleText(text: string): boolean {
  return /[^\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Control}]/u.test(text);
}

/** A piece of text for a reason: on one line, in quotation marks, shortened. */
export function quote(text: string): string {
  return `"${oneLine(text, 80)}"`;
}

/** The same for its end. */
export function quoteEnd(text: string): string {
  const clean = oneLine(text.slice(-640));
  return clean.length <= 80 ? `"${clean}"` : `"…${clean.slice(-79)}"`;
}

/** A JSON value for a reason. */
export function show(value: unknown): string {
  return oneLine(JSON.stringify(value), 80);
}
