import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { Html } from '../frame/html.ts';
import { writeSvg, type DomNode } from './write-svg.ts';

const { document } = parseHTML('<!doctype html><html><body></body></html>') as unknown as {
  document: unknown;
};

export interface Canvas {
  /** Of the drawing, in CSS pixels. */
  width: number;
  isNarrow: boolean;
}

export interface DrawingFacts {
  label: string;
  isSimulated: boolean;
}

/** What a section hands in: Plot's own options, but for what all pictures share. */
export type Drawing = Omit<Plot.PlotOptions, 'document' | 'className' | 'style' | 'figure'> & {
  width: number;
  height: number;
};

/** Room above each picture: for the word that marks simulated runs, else for half a letter. */
const topRoom = (isSimulated: boolean): number => (isSimulated ? 24 : 8);

/** Draws a picture. Every one of a simulated run says so in itself, since pictures get copied out of pages. */
export function drawPlot(drawing: Drawing, { label, isSimulated }: DrawingFacts): Html {
  const marginTop = Math.max(drawing.marginTop ?? 0, topRoom(isSimulated));
  const marks = [...(drawing.marks ?? []), ...(isSimulated ? [simulatedMark(marginTop)] : [])];
  return svgOf({ ...drawing, marginTop, marks }, label);
}

/** A drawing that only adorns words, such as the mark of a model. */
export const drawOrnament = (drawing: Drawing): Html => svgOf(drawing, undefined);

function svgOf(drawing: Drawing, label: string | undefined): Html {
  const options = { ...drawing, document, className: 'plot', figure: false };
  // Its type speaks of a browser's document, which this program does not know.
  const svg: unknown = Plot.plot(options);
  return writeSvg(svg as DomNode, label);
}

function simulatedMark(marginTop: number): Plot.Markish {
  return Plot.text(['SIMULATED'], {
    text: (word: string) => word,
    frameAnchor: 'top-right',
    facet: 'super',
    dy: -marginTop + 2,
    textAnchor: 'end',
    lineAnchor: 'top',
    className: 'simulated',
  });
}

/** The positions of a picture's x and y values on the canvas, to lay out labels before it is drawn. */
export function scalesOf(drawing: Drawing): { x: (value: number) => number; y: (value: number) => number } {
  const plot = Plot.plot({ ...drawing, document }) as unknown as {
    scale(name: string): { apply(value: number): number } | undefined;
  };
  const [x, y] = [plot.scale('x')!, plot.scale('y')!];
  return { x: (value) => x.apply(value), y: (value) => y.apply(value) };
}
