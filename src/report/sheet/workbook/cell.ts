import { cut } from '../../../base/text.ts';

/** Maximum length of a cell in Excel, in UTF-16 units. */
export const cellLimit = 32_767;
/** Maximum line feeds in a cell in Excel. */
const lineLimit = 253;

const mark = ' [cut: the limit of a cell in Excel]';

/** Characters that XML 1.0 cannot represent, and other controls, including unpaired surrogates. */
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]|\p{Surrogate}/gu;

/** Text that fits a cell of a workbook: without characters that break the file, cut with a mark. */
export function cellText(text: string): string {
  const clean = text.replace(/\r\n?/g, '\n').replace(forbidden, '');
  const short = clean.length <= cellLimit ? clean : cut(clean, cellLimit - mark.length) + mark;
  return short.includes('\n') ? fewLines(short) : short;
}

function fewLines(text: string): string {
  let seen = 0;
  return text.replaceAll('\n', () => (++seen <= lineLimit ? '\n' : ' '));
}

const msPerDay = 86_400_000;
/** Day 1 of Excel's calendar is January 1, 1900. This one is January 1, 1970. */
const epoch = 25_569;

/** An instant as spreadsheets count it: days, with the time as the fraction. Undefined for an invalid instant. */
export function serialDate(iso: string): number | undefined {
  const ms = Date.parse(iso);
  return Number.isNaN(ms) ? undefined : ms / msPerDay + epoch;
}
