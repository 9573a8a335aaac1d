import * as Plot from '@observablehq/plot';
import { escape, Html } from '../frame/html.ts';
import { svgDocument as document } from './svg-document.ts';

export interface Canvas {
  /** Size of the drawing, in CSS pixels. */
  width: number;
  isNarrow: boolean;
}

export interface DrawingFacts {
  label: string;
  isSimulated: boolean;
}

/** Input from a section: Plot's own options, without what all pictures share. */
export type Drawing = Omit<Plot.PlotOptions, 'document' | 'className' | 'style' | 'figure'> & {
  width: number;
  height: number;
};

/** Space above each picture: for the label of simulated runs, or else for half a letter. */
const topRoom = (isSimulated: boolean): number => (isSimulated ? 24 : 8);

/** Draws a picture. Every picture of a simulated run says so in itself, because pictures get copied out of pages. */
export function drawPlot(drawing: Drawing, { label, isSimulated }: DrawingFacts): Html {
  const marginTop = Math.max(drawing.marginTop ?? 0, topRoom(isSimulated));
  const marks = [...(drawing.marks ?? []), ...(isSimulated ? [simulatedMark(marginTop)] : [])];
  return svgOf({ ...drawing, marginTop, marks }, label);
}

/** A decorative drawing, such as the mark of a model. */
export const drawOrnament = (drawing: Drawing): Html => svgOf(drawing, undefined);

function svgOf(drawing: Drawing, label: string | undefined): Html {
  const options = { ...drawing, document, className: 'plot', figure: false };
  // Its type needs a browser's document, which this program does not have.
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

/** The positions of a picture's x and y values on the canvas, to place labels before drawing. */
export function scalesOf(drawing: Drawing): { x: (value: number) => number; y: (value: number) => number } {
  const plot = Plot.plot({ ...drawing, document }) as unknown as {
    scale(name: string): { apply(value: number): number } | undefined;
  };
  const [x, y] = [plot.scale('x')!, plot.scale('y')!];
  return { x: (value) => x.apply(value), y: (value) => y.apply(value) };
}

/** The parts of a DOM node that we need. */
export interface DomNode {
  readonly nodeType: number;
  readonly localName?: string;
  readonly textContent: string | null;
  readonly childNodes: Iterable<DomNode>;
  readonly attributes?: Iterable<{ readonly name: string; readonly value: string }>;
}

const elementNode = 1;
const textNode = 3;

/** Styled by the page's own style sheet instead: its policy allows neither style elements nor style attributes. */
const droppedElements = new Set(['style', 'script']);
const droppedAttributes = /^(style|on.*|font-family|font-size|aria-hidden|aria-label)$/;
const geometry = new Set([
  'd',
  'transform',
  'x',
  'y',
  'x1',
  'x2',
  'y1',
  'y2',
  'cx',
  'cy',
  'r',
  'width',
  'height',
]);

/**
 * A drawing as markup. We write it ourselves, so that all text goes through the page's one escape and coordinates have
 * no more digits than a screen shows. `label` is the text alternative. A drawing without one is decoration.
 */
export function writeSvg(svg: DomNode, label: string | undefined): Html {
  const role = label === undefined ? ' aria-hidden="true"' : ` role="img" aria-label="${escape(label)}"`;
  return new Html(element(svg, role));
}

function element(node: DomNode, more = ''): string {
  const name = node.localName!;
  const attributes = [...(node.attributes ?? [])]
    .filter((attribute) => !droppedAttributes.test(attribute.name))
    .map((attribute) => ` ${attribute.name}="${escape(valueOf(attribute))}"`)
    .sort()
    .join('');
  const content = [...node.childNodes].map(nodeMarkup).join('');
  return `<${name}${more}${attributes}>${content}</${name}>`;
}

function nodeMarkup(node: DomNode): string {
  if (node.nodeType === textNode) return escape(node.textContent ?? '');
  if (node.nodeType !== elementNode || droppedElements.has(node.localName!)) return '';
  return element(node);
}

function valueOf({ name, value }: { name: string; value: string }): string {
  return geometry.has(name) ? value.replace(/-?\d+\.\d+(e-?\d+)?/g, rounded) : value;
}

const rounded = (digits: string): string => String(Math.round(Number(digits) * 10) / 10 + 0);
