import { readFile, stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { oneLine } from '../base/text.ts';
import { UserError } from '../base/user-error.ts';
import { unzip, ZipError } from '../base/zip.ts';
import { describeFaults, positionOf } from '../suite/fault.ts';
import { csvRows } from '../suite/read/rows.ts';

/** A table that a person has filled in. Each row has its non-empty cells by header name. */
export interface SheetRow {
  /** Row number as in a spreadsheet, from 1. In a CSV file, the line in which the row begins. */
  row: number;
  cells: ReadonlyMap<string, string>;
}

/** A sheet for people is far smaller. */
const largestSheet = 50_000_000;

/** Reads `.xlsx`, `.csv` or `.tsv`, as spreadsheets save them. Throws a UserError. */
export async function readSheet(path: string): Promise<SheetRow[]> {
  const name = oneLine(basename(path));
  let bytes: Buffer;
  try {
    if ((await stat(path)).size > largestSheet) throw new Error(`it is larger than ${largestSheet / 1e6} MB`);
    bytes = await readFile(path);
  } catch (error) {
    throw new UserError(`${name} cannot be read: ${(error as Error).message}`);
  }
  const kind = extname(path).toLowerCase();
  if (kind === '.xlsx' || bytes.subarray(0, 2).toString() === 'PK') return xlsxRows(bytes, name);
  if (kind === '.html' || kind === '.htm')
    throw new UserError(
      `${name} is the page itself: open it in a browser, rate, press "Save verdicts", and import the file that it saves.`,
    );
  if (kind !== '.csv' && kind !== '.tsv' && kind !== '.txt')
    throw new UserError(`${name}: a sheet ends in .xlsx or .csv`);
  const text = textOf(bytes)
    .replace(/^\ufeff/, '')
    .replaceAll('\r\n', '\n')
    .replaceAll('\r', '\n');
  const source = { name, text };
  const { rows, faults } = csvRows(source, Infinity);
  if (faults.length > 0) throw new UserError(describeFaults(faults));
  return rows.map(({ values, offset }) => ({
    row: positionOf(source, offset).line,
    cells: new Map(Array.from(values, ([column, value]) => [column, typeof value === 'string' ? value : ''])),
  }));
}

/**
 * Spreadsheets save "Unicode text" as UTF-16 with a byte order mark, and plain CSV in the code page of western Windows.
 */
function textOf(bytes: Buffer): string {
  const mark = bytes.subarray(0, 2).toString('hex');
  if (mark === 'fffe') return new TextDecoder('utf-16le').decode(bytes);
  if (mark === 'feff') return new TextDecoder('utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

function xlsxRows(bytes: Buffer, name: string): SheetRow[] {
  try {
    const parts = unzip(bytes);
    const sheet = parts.get(firstSheet(parts));
    if (!sheet) throw new ZipError('it has no sheet');
    const shared = textsOf(parts.get('xl/sharedStrings.xml')?.toString('utf8') ?? '', 'si');
    return rowsOf(sheet.toString('utf8'), shared);
  } catch (error) {
    if (!(error instanceof ZipError)) throw error;
    throw new UserError(`${name} cannot be read as a workbook: ${error.message}`);
  }
}

function firstSheet(parts: ReadonlyMap<string, Buffer>): string {
  const id = /<sheet\b[^>]*\br:id="([^"]+)"/.exec(parts.get('xl/workbook.xml')?.toString('utf8') ?? '')?.[1];
  const links = parts.get('xl/_rels/workbook.xml.rels')?.toString('utf8') ?? '';
  const link = Array.from(links.matchAll(/<Relationship\b[^>]*>/g), ([text]) => text).find((text) =>
    text.includes(`Id="${id}"`),
  );
  const target = /\bTarget="([^"]+)"/.exec(link ?? '')?.[1] ?? 'worksheets/sheet1.xml';
  return target.startsWith('/') ? target.slice(1) : `xl/${target}`;
}

function rowsOf(xml: string, shared: readonly string[]): SheetRow[] {
  let header: Map<string, string> | undefined;
  const rows: SheetRow[] = [];
  for (const [, attributes, content = ''] of xml.matchAll(/<row\b([^>]*?)(?:\/>|>([^]*?)<\/row>)/g)) {
    const cells = new Map<string, string>();
    for (const [, about, inside = ''] of content.matchAll(/<c\b([^>]*?)(?:\/>|>([^]*?)<\/c>)/g)) {
      const column = /\br="([A-Z]+)\d+"/.exec(about!)?.[1];
      const text = cellText(/\bt="(\w+)"/.exec(about!)?.[1], inside, shared);
      if (column !== undefined && text !== '') cells.set(column, text);
    }
    if (cells.size === 0) continue;
    if (!header) {
      header = cells;
      continue;
    }
    const number = Number(/\br="(\d+)"/.exec(attributes!)?.[1]);
    const named = Array.from(header, ([column, title]) => [title.trim(), cells.get(column)] as const);
    rows.push({
      row: number,
      cells: new Map(named.flatMap(([title, text]) => (text === undefined ? [] : [[title, text] as const]))),
    });
  }
  return rows;
}

function cellText(type: string | undefined, inside: string, shared: readonly string[]): string {
  if (type === 'inlineStr') return textsOf(inside, 'is').join('');
  const value = unescaped(/<v\b[^>]*>([^]*?)<\/v>/.exec(inside)?.[1] ?? '');
  if (type === 's') return shared[Number(value)] ?? '';
  if (type === 'b') return value === '1' ? 'TRUE' : 'FALSE';
  return value;
}

/** The text of each element with that name: the text of its runs, without phonetic readings. */
function textsOf(xml: string, element: string): string[] {
  const each = new RegExp(`<${element}\\b[^>]*?(?:/>|>([^]*?)</${element}>)`, 'g');
  return Array.from(xml.matchAll(each), ([, inside = '']) =>
    Array.from(
      inside.replaceAll(/<rPh\b[^]*?<\/rPh>/g, '').matchAll(/<t\b[^>]*?(?:\/>|>([^]*?)<\/t>)/g),
      ([, text = '']) => unescaped(text),
    ).join(''),
  );
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Entities, and the escapes that workbooks use for characters that XML does not allow. */
function unescaped(text: string): string {
  return text
    .replaceAll(
      /&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi,
      (whole, hex?: string, decimal?: string, name?: string) => {
        if (name !== undefined) return entities[name] ?? whole;
        const code = hex === undefined ? Number(decimal) : parseInt(hex, 16);
        return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
      },
    )
    .replaceAll(/_x([0-9A-F]{4})_/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}
