import { oneLine } from '../base/text.ts';

/**
 * Text made ready to compare. Canonically equal spellings of a character become one (NFC): nobody can see
 * them apart. Case is folded by way of capitals, which also brings together ß and SS, ς and σ.
 */
export function comparable(text: string, ignoreCase: boolean): string {
  const folded = ignoreCase ? text.toLowerCase().toUpperCase() : text;
  return folded.normalize('NFC');
}

/** Whether anything in it can be seen: neither blank, nor control, nor invisible characters count. */
export function hasVisibleText(text: string): boolean {
  return /[^\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Control}]/u.test(text);
}

/** A piece of text for a reason: on one line, in quotation marks, cut to be readable. */
export function quote(text: string): string {
  return `"${oneLine(text, 80)}"`;
}

/** The same of its end. */
export function quoteEnd(text: string): string {
  const clean = oneLine(text.slice(-640));
  return clean.length <= 80 ? `"${clean}"` : `"…${clean.slice(-79)}"`;
}

/** A JSON value for a reason. */
export function show(value: unknown): string {
  return oneLine(JSON.stringify(value), 80);
}
