import * as Plot from '@observablehq/plot';
import { markup, type Html } from '../frame/html.ts';
import type { ModelLook } from '../model-look.ts';
import { drawOrnament } from './plot.ts';

const sides = 14;

const drawn = new Map<string, Html>();

/** The mark of a model, in its colour and shape; its name stands beside it in words. */
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

/** Which mark is which model. */
export function legend(looks: readonly ModelLook[]): Html {
  return markup`<ul class="legend">
    ${looks.map((look) => markup`<li class="${look.className}">${modelName(look)}</li>`)}
  </ul>`;
}
