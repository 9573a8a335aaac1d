import * as Plot from '@observablehq/plot';
import { type Table, tableBehind } from '../frame/data-table.ts';
import { type Content, type Html, markup } from '../frame/html.ts';
import type { ModelLook } from '../model-look.ts';
import { type Canvas, type Drawing, drawOrnament, drawPlot } from './plot.ts';

export interface Figure {
  /** Unique in the page. */
  id: string;
  caption: Content;
  /** Text alternative of the picture. */
  label: string;
  isSimulated: boolean;
  /** One of many side by side: drawn once, at the width of a phone. */
  isSmall?: boolean;
  /** Called twice, for a desktop and for a phone: shrinking a drawing would make its text too small to read. */
  draw: (canvas: Canvas) => Drawing;
  legend?: Content;
  /** A note about the drawing, such as that points were thinned. */
  note?: Content;
  table: Table;
}

const canvases: readonly Canvas[] = [
  { width: 1056, isNarrow: false },
  { width: 340, isNarrow: true },
];

export function figure({
  id,
  caption,
  label,
  isSimulated,
  isSmall,
  draw,
  legend,
  note,
  table,
}: Figure): Html {
  const shown = isSmall === true ? canvases.filter(({ isNarrow }) => isNarrow) : canvases;
  return markup` <figure id="${id}">
    <figcaption>${caption}</figcaption>
    ${legend}
    ${shown.map(
      (canvas) =>
        markup`<div class="${isSmall === true ? 'small' : canvas.isNarrow ? 'narrow' : 'wide'}">
          ${drawPlot(draw(canvas), { label, isSimulated })}
        </div> `,
    )}${note === undefined ? '' : markup`<p class="note">${note}</p>`}
    ${tableBehind('The figures as a table', table)}
  </figure>`;
}

const sides = 14;

const drawn = new Map<string, Html>();

/** The mark of a model, in its color and shape. Its name follows in words. */
export function swatch({ color, symbol }: ModelLook): Html {
  const key = `${color}/${symbol}`;
  const known = drawn.get(key);
  if (known) return known;
  const made = drawOrnament({
    width: sides,
    height: sides,
    margin: 0,
    axis: null,
    x: { domain: [-1, 1] },
    y: { domain: [-1, 1] },
    marks: [Plot.dot([[0, 0]], { fill: color, symbol, r: 4.5 })],
  });
  drawn.set(key, made);
  return made;
}

/** A model's mark and name, for tables and sentences. */
export const modelName = (look: ModelLook): Html =>
  markup`<span class="model">${swatch(look)}<bdi>${look.name}</bdi></span>`;

export function legend(looks: readonly ModelLook[]): Html {
  return markup`<ul class="legend">
    ${looks.map((look) => markup`<li class="${look.className}">${modelName(look)}</li>`)}
  </ul>`;
}
