import type { Look } from './book.ts';
import { colors } from './colors.ts';

/** What colours say. */
export const tones = {
  good: { fill: colors.good, ink: colors.goodInk, bold: true },
  bad: { fill: colors.bad, ink: colors.badInk, bold: true },
  warning: { fill: colors.warning, ink: colors.warningInk },
  neutral: { fill: colors.neutral, ink: colors.ink },
  quiet: { ink: colors.quiet },
} as const satisfies Record<string, Look>;
