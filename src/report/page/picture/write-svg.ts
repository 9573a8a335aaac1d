import { escape, Html } from '../frame/html.ts';

/** What we need of a DOM node, whatever made it. */
export interface DomNode {
  readonly nodeType: number;
  readonly localName?: string;
  readonly textContent: string | null;
  readonly childNodes: Iterable<DomNode>;
  readonly attributes?: Iterable<{ readonly name: string; readonly value: string }>;
}

const elementNode = 1;
const textNode = 3;

/** Drawn by the page's own style sheet instead: its policy allows neither style elements nor style attributes. */
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
 * A drawing as markup. Written by ourselves, so that all text goes through the page's one escape and coordinates have
 * no more digits than a screen shows. `label` says what is to be seen, for those who cannot see it; a drawing without
 * one merely adorns the words beside it.
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
