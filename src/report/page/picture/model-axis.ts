import * as Plot from '@observablehq/plot';
import stringWidth from 'string-width';
import type { ModelLook } from '../model-look.ts';

/** Width of a column of words beside a picture, in CSS pixels. */
export function wordsWidth(words: readonly string[], perCell = 7): number {
  return Math.ceil(Math.max(0, ...words.map((word) => stringWidth(word))) * perCell);
}

/** Room for the models' names left of a picture. */
export const labelMargin = (looks: readonly ModelLook[]): number =>
  Math.min(170, wordsWidth(looks.map(({ short }) => short)) + 14);

/** The models' names beside their rows, each tied to its model for the filter. `x` and all else is the picture's. */
export function modelAxis(looks: readonly ModelLook[]): Plot.Markish {
  return looks.map((look) =>
    Plot.text([look.className], {
      y: String,
      text: () => look.short,
      frameAnchor: 'left',
      textAnchor: 'end',
      dx: -10,
      className: look.className,
    }),
  );
}
