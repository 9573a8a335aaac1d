/** Colours of the workbook, as 0xRRGGBB. Words say the same everywhere: no colour stands alone. */
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

/** For series of charts: told apart also by those who see few colours (Okabe and Ito 2008). */
export const seriesColors = [
  0x0072b2, 0xe69f00, 0x009e73, 0xcc79a7, 0x56b4e9, 0xd55e00, 0x999999, 0x000000,
] as const;
