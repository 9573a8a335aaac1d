import type { Column } from '../../../base/column.ts';

/** Style of a cell. Absent: the workbook's default. */
export interface Look {
  readonly numberFormat?: string;
  readonly bold?: boolean;
  readonly italic?: boolean;
  readonly size?: number;
  /** 0xRRGGBB. */
  readonly ink?: number;
  readonly fill?: number;
  readonly align?: 'left' | 'center' | 'right';
  readonly wrap?: boolean;
  /** Indentation of text, in blanks. */
  readonly indent?: number;
  /** A thin line around the cell. */
  readonly boxed?: boolean;
}

/** Colors of the workbook, as 0xRRGGBB. A color is never the only sign: words say the same. */
export const colors = {
  ink: 0x1f2933,
  quiet: 0x6b7280,
  white: 0xffffff,
  head: 0x1f4e79,
  band: 0xdce6f1,
  good: 0xd5efdc,
  goodInk: 0x14532d,
  bad: 0xf8d7da,
  badInk: 0x7f1d1d,
  warning: 0xfdf0c4,
  warningInk: 0x6b4e00,
  neutral: 0xe8eaed,
  line: 0xc9ced6,
} as const;

/** For series of charts. Distinguishable with color blindness (Okabe and Ito 2008). */
export const seriesColors = [
  0x0072b2, 0xe69f00, 0x009e73, 0xcc79a7, 0x56b4e9, 0xd55e00, 0x999999, 0x000000,
] as const;

/** Meaning of each color. */
export const tones = {
  good: { fill: colors.good, ink: colors.goodInk, bold: true },
  bad: { fill: colors.bad, ink: colors.badInk, bold: true },
  warning: { fill: colors.warning, ink: colors.warningInk },
  neutral: { fill: colors.neutral, ink: colors.ink },
  quiet: { ink: colors.quiet },
} as const satisfies Record<string, Look>;

/** Of the header of every table. */
export const headLook: Look = { bold: true, ink: colors.white, fill: colors.head };

/** For text: some distance from the number to its left. */
export const textLook: Look = { ink: colors.ink, indent: 1 };

/** Style of a column's cells, independent of its rows. */
export function columnLook(column: Column): Look {
  const format = numberFormat(column);
  if (format !== undefined) return { ink: colors.ink, numberFormat: format };
  return column.kind === 'boolean' ? { ink: colors.ink, align: 'center' } : textLook;
}

/** About three digits, at any magnitude. */
const threeDigits = '[<10]0.00;[<100]0.0;#,##0';

/** This small a number is not zero. */
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

/** Number format of a column. Values keep all digits. Undefined for words and booleans. */
export function numberFormat({ name, kind, unit, decimals = 0 }: Column): string | undefined {
  if (kind !== 'number' && kind !== 'time') return undefined;
  const special = byName[name];
  if (special !== undefined) return special;
  if (kind === 'time') return 'yyyy-mm-dd hh:mm:ss';
  return byUnit[unit] ?? (decimals === 0 ? '0' : `0.${'0'.repeat(Math.min(decimals, 4))}`);
}

/** As above with a sign before the number, for a figure that is a bound. */
export function asBound(format: string, sign: '≥' | '≤'): string {
  return format
    .split(';')
    .map((section) => section.replace(/^(\[[^\]]*\])?/, (condition) => `${condition}"${sign} "`))
    .join(';');
}

/** Columns of words that are wider than their heads, in characters. */
const words: Readonly<Record<string, number>> = {
  run_id: 25,
  suite: 16,
  suite_hash: 18,
  model: 18,
  model_a: 18,
  model_b: 18,
  model_id: 28,
  metric: 16,
  prompt_id: 20,
  tags: 18,
  error_code: 22,
  error_message: 44,
  invalid_reason: 18,
  gateway_log_id: 30,
  event_id: 40,
  cf_ray: 24,
  echoed_model: 24,
  answer_sha256: 22,
  answer_preview: 70,
  in_words: 126,
  lower_bounds: 40,
};

/** Space for a filter's button. */
const button = 4;

/** A width that fits the head and a typical cell, in characters. */
export function columnWidth({ name, kind }: Column): number {
  const head = name.length + button;
  if (kind === 'time') return Math.max(head, name === 'date' ? 12 : 20);
  return Math.max(head, words[name] ?? 9);
}
