import { strFromU8, unzipSync } from 'fflate';
import { SaxesParser } from 'saxes';

export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

/** The parts of a workbook as text, by path. */
export function partsOf(workbook: Uint8Array): Map<string, string> {
  return new Map(Object.entries(unzipSync(workbook)).map(([path, bytes]) => [path, strFromU8(bytes)]));
}

/** Reads XML as strictly as Excel does. Throws at the first fault. */
export function parseXml(xml: string): Element {
  const root: Element = { name: '', attributes: {}, children: [], text: '' };
  const open: Element[] = [root];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const element: Element = { name, attributes, children: [], text: '' };
    open.at(-1)!.children.push(element);
    open.push(element);
  });
  parser.on('closetag', () => open.pop());
  parser.on('text', (text) => (open.at(-1)!.text += text));
  parser.write(xml).close();
  return root.children[0]!;
}

/** All elements of that name, in order. */
export function elements(parent: Element, name: string): Element[] {
  return parent.children.flatMap((child) => [
    ...(child.name === name ? [child] : []),
    ...elements(child, name),
  ]);
}

export function sheetPath(parts: ReadonlyMap<string, string>, name: string): string {
  const sheets = elements(parseXml(parts.get('xl/workbook.xml')!), 'sheet');
  const place = sheets.findIndex(({ attributes }) => attributes['name'] === name);
  if (place === -1) throw new Error(`there is no sheet ${name}`);
  return `xl/worksheets/sheet${place + 1}.xml`;
}

/** Typed cells of a sheet (text, number, boolean), by names such as `B3`. */
export function cellsOf(
  parts: ReadonlyMap<string, string>,
  name: string,
): Map<string, string | number | boolean> {
  const shared = elements(parseXml(parts.get('xl/sharedStrings.xml')!), 'si').map(textIn);
  const cells = elements(parseXml(parts.get(sheetPath(parts, name))!), 'c');
  const valued = cells.filter(({ children }) => children.length > 0);
  return new Map(valued.map((cell) => [cell.attributes['r']!, valueOf(cell, shared)]));
}

function valueOf(cell: Element, shared: readonly string[]): string | number | boolean {
  const value = elements(cell, 'v')[0]?.text ?? '';
  switch (cell.attributes['t']) {
    case 's':
      return shared[Number(value)]!;
    case 'inlineStr':
      return textIn(cell);
    case 'b':
      return value === '1';
    default:
      return Number(value);
  }
}

/** Text with Excel's escapes decoded. */
function textIn(parent: Element): string {
  const text = elements(parent, 't')
    .map((element) => element.text)
    .join('');
  return text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
}
