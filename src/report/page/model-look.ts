import { oneLine } from '../../base/text.ts';
import { shorten } from '../text-width.ts';

/** Look of a model in every picture: a color and a shape, so that it does not depend on either alone. */
export interface ModelLook {
  /** Name in pairs and groups. Used for lookup, not for display. */
  label: string;
  /** The same name, safe to show. */
  name: string;
  /** Shortened for small spaces. */
  short: string;
  /** Class of all its elements, for the filter. */
  className: string;
  color: string;
  symbol: ModelSymbol;
}

export type ModelSymbol = (typeof symbols)[number];
const symbols = ['circle', 'square', 'triangle', 'diamond', 'star', 'cross', 'wye'] as const;

/** A color for light and one for dark, each with a contrast of at least 3 : 1 against its page. */
export const modelColors: readonly { light: string; dark: string }[] = [
  { light: '#0b6bb5', dark: '#5eb1f2' },
  { light: '#c25000', dark: '#ff9b57' },
  { light: '#00795a', dark: '#35c79a' },
  { light: '#a03d86', dark: '#e48fcb' },
  { light: '#8a6500', dark: '#e3bd3c' },
  { light: '#3d4a9e', dark: '#a3aef5' },
  { light: '#a32f35', dark: '#f58a8a' },
  { light: '#52606b', dark: '#a9b6c0' },
];

/** The look of the model at an index: eight colors and seven shapes make 56 combinations. */
export function modelLook(label: string, place: number): ModelLook {
  const name = oneLine(label, 120) || '(no name)';
  return {
    label,
    name,
    short: shorten(name, 22),
    className: `m${place}`,
    color: `var(--c${place % modelColors.length})`,
    symbol: symbols[place % symbols.length]!,
  };
}
