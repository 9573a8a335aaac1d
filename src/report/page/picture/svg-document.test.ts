import { parseHTML } from 'linkedom';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { writeSvg, type DomNode } from './plot.ts';
import { svgDocument } from './svg-document.ts';

/** Plot's operations on a drawing: a node is named by its number, 0 is the drawing itself. */
const steps = fc.array(
  fc.tuple(
    fc.constantFrom('append', 'insert', 'remove', 'attribute', 'bare', 'text', 'words'),
    fc.nat(8),
    fc.nat(8),
    fc.constantFrom('x', 'fill', 'a < "b" & c', ''),
  ),
  { maxLength: 30 },
);

type Step = [kind: string, at: number, other: number, text: string];
type Document = typeof svgDocument;

function drawn(document: Document, list: readonly Step[]): string {
  const space = 'http://www.w3.org/2000/svg';
  const nodes = [document.createElementNS(space, 'svg')];
  for (const [kind, at, other, text] of list) {
    const node = nodes[at % nodes.length]!;
    const made = document.createElementNS(space, 'g');
    if (kind === 'append') nodes.push(node.appendChild(made));
    if (kind === 'insert') nodes.push(node.insertBefore(made, node.childNodes[0] ?? null));
    if (kind === 'remove' && node !== nodes[0]) node.remove();
    if (kind === 'attribute') node.setAttribute(['id', 'fill'][other % 2]!, text);
    if (kind === 'bare') node.removeAttribute('fill');
    if (kind === 'text') node.textContent = text;
    if (kind === 'words') node.appendChild(document.createTextNode(text));
  }
  const [root] = nodes;
  return `${writeSvg(root as DomNode, 'A picture').text} ${root!.textContent}`;
}

test('whatever is drawn, it is what a whole document makes of it', () => {
  const { document } = parseHTML('<!doctype html><html><body></body></html>') as unknown as {
    document: Document;
  };
  fc.assert(
    fc.property(steps, (list) => {
      expect(drawn(svgDocument, list)).toBe(drawn(document, list));
    }),
  );
});
