import { tableBehind, type Table } from '../frame/data-table.ts';
import { markup, type Content, type Html } from '../frame/html.ts';
import { drawPlot, type Canvas, type Drawing } from './plot.ts';

export interface Figure {
  /** Unique in the page. */
  id: string;
  caption: Content;
  /** What the picture says, in words: it stands for it where nobody sees it. */
  label: string;
  isSimulated: boolean;
  /** Called twice, for a desk and for a telephone: shrinking a drawing would make its words too small to read. */
  draw: (canvas: Canvas) => Drawing;
  legend?: Content;
  /** What to know about the drawing, such as that points were thinned. */
  note?: Content;
  table: Table;
}

const canvases: readonly Canvas[] = [
  { width: 1056, isNarrow: false },
  { width: 340, isNarrow: true },
];

export function figure({ id, caption, label, isSimulated, draw, legend, note, table }: Figure): Html {
  return markup` <figure id="${id}">
    <figcaption>${caption}</figcaption>
    ${legend}
    ${canvases.map(
      (canvas) =>
        markup`<div class="${canvas.isNarrow ? 'narrow' : 'wide'}">
          ${drawPlot(draw(canvas), { label, isSimulated })}
        </div> `,
    )}${note === undefined ? '' : markup`<p class="note">${note}</p>`}
    ${tableBehind('The figures as a table', table)}
  </figure>`;
}
