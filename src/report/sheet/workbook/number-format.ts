import type { Column } from '../../../base/column.ts';

/** Three digits or so, whatever the size. */
const threeDigits = '[<10]0.00;[<100]0.0;#,##0';

/** So small a one is not nothing. */
const smallShare = '[<0.0001]"<0.0001";0.0000';

const byUnit: Readonly<Record<string, string>> = {
  ms: threeDigits,
  'tok/s': threeDigits,
  'ms or tok/s': threeDigits,
  '0–1': '0.0%',
  USD: '[<0.01]"$"0.000000;[<1]"$"0.0000;"$"#,##0.00',
  n: '#,##0',
  h: '0',
};

const byName: Readonly<Record<string, string>> = {
  date: 'yyyy-mm-dd',
  ratio: '0.00"×"',
  ci_low: '0.00"×"',
  ci_high: '0.00"×"',
  p: smallShare,
  p_holm: smallShare,
};

/** How a column's cells are shown; their values keep all digits. Undefined for words and booleans. */
export function numberFormat({ name, kind, unit, decimals = 0 }: Column): string | undefined {
  if (kind !== 'number' && kind !== 'time') return undefined;
  const special = byName[name];
  if (special !== undefined) return special;
  if (kind === 'time') return 'yyyy-mm-dd hh:mm:ss';
  return byUnit[unit] ?? (decimals === 0 ? '0' : `0.${'0'.repeat(Math.min(decimals, 4))}`);
}

/** The same with a sign before the number, for a figure that is at least or at most what is written. */
export function asBound(format: string, sign: '≥' | '≤'): string {
  return format
    .split(';')
    .map((section) => section.replace(/^(\[[^\]]*\])?/, (condition) => `${condition}"${sign} "`))
    .join(';');
}
