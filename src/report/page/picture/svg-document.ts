const svgSpace = 'http://www.w3.org/2000/svg';

/**
 * The parts of a document that Plot needs to build an SVG: elements, attributes, and text. A full DOM would be most of
 * the cost of a page.
 */
export class SvgNode {
  readonly nodeType: 1 | 3;
  readonly localName: string;
  readonly namespaceURI: string = svgSpace;
  readonly childNodes: SvgNode[] = [];
  parentNode: SvgNode | null = null;
  readonly style = { setProperty: ignored, removeProperty: ignored };
  readonly #attributes = new Map<string, string>();
  /** Of a text node. */
  readonly #text: string;

  constructor(localName: string, text?: string) {
    this.nodeType = text === undefined ? 1 : 3;
    this.localName = localName;
    this.#text = text ?? '';
  }

  get ownerDocument(): typeof svgDocument {
    return svgDocument;
  }

  get attributes(): { name: string; value: string }[] {
    return Array.from(this.#attributes, ([name, value]) => ({ name, value }));
  }

  get textContent(): string {
    return this.nodeType === 3 ? this.#text : this.childNodes.map((child) => child.textContent).join('');
  }

  /** Plot also sets numbers. */
  set textContent(text: string | number | null) {
    for (const child of this.childNodes.splice(0)) child.parentNode = null;
    if (text !== null && text !== '') this.append(String(text));
  }

  get children(): SvgNode[] {
    return this.childNodes.filter(({ nodeType }) => nodeType === 1);
  }

  getAttribute(name: string): string | null {
    return this.#attributes.get(name) ?? null;
  }

  setAttribute(name: string, value: string | number): void {
    this.#attributes.set(name, String(value));
  }

  setAttributeNS(_space: string | null, name: string, value: string | number): void {
    this.setAttribute(name, value);
  }

  hasAttribute(name: string): boolean {
    return this.#attributes.has(name);
  }

  removeAttribute(name: string): void {
    this.#attributes.delete(name);
  }

  append(...nodes: readonly (SvgNode | string)[]): void {
    for (const node of nodes) this.appendChild(typeof node === 'string' ? new SvgNode('', node) : node);
  }

  appendChild(node: SvgNode): SvgNode {
    return this.insertBefore(node, null);
  }

  insertBefore(node: SvgNode, next: SvgNode | null): SvgNode {
    node.remove();
    const place = next === null ? this.childNodes.length : this.childNodes.indexOf(next);
    this.childNodes.splice(place, 0, node);
    node.parentNode = this;
    return node;
  }

  removeChild(node: SvgNode): SvgNode {
    this.childNodes.splice(this.childNodes.indexOf(node), 1);
    node.parentNode = null;
    return node;
  }

  remove(): void {
    this.parentNode?.removeChild(this);
  }
}

function ignored(): void {
  // Drawings get no style of their own.
}

export const svgDocument = {
  documentElement: new SvgNode('svg'),
  createElement: (name: string): SvgNode => new SvgNode(name),
  createElementNS: (_space: string, name: string): SvgNode => new SvgNode(name),
  createTextNode: (text: string): SvgNode => new SvgNode('', text),
};
