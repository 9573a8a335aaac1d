import {
  Color,
  DocProperties,
  Format,
  FormatAlign,
  FormatBorder,
  Table,
  TableColumn,
  TableStyle,
  Workbook,
  type Worksheet,
} from 'wasm-xlsxwriter';
import { asIfAt } from '../../../base/clock.ts';
import type { CellKind } from '../../../base/column.ts';
import { looksLikeFormula } from '../../../base/formula.ts';
import type { Value } from '../tables.ts';
import { cellText, serialDate } from './cell.ts';
import { type Area, type ChartSpec, makeChart } from './chart.ts';
import { colors, headLook, type Look } from './look.ts';

/** Properties of the file. */
export interface BookProperties {
  readonly title: string;
  readonly comment: string;
  /** Creation time, ISO 8601. Passed in, so that the same runs make the same file. */
  readonly madeAt: string;
}

/** One workbook under construction, in memory until `toBytes`. Only this file and `chart.ts` know the library. */
export class Book {
  readonly #workbook = new Workbook();
  readonly #formats = new Map<string, Format>();
  /** Cache of styles, which are used cell after cell. */
  readonly #known = new WeakMap<Look, Format>();
  readonly #sheets: Sheet[] = [];

  constructor({ title, comment, madeAt }: BookProperties) {
    // The library stamps properties with their time of creation, and accepts no other.
    const properties = asIfAt(new Date(madeAt), () => new DocProperties());
    properties.setTitle(cellText(title));
    properties.setAuthor('gatebench');
    properties.setComment(cellText(comment));
    this.#workbook.setProperties(properties);
  }

  /** Names are ours: at most 31 characters, none of `[]:*?/\`. */
  addSheet(name: string): Sheet {
    const sheet = new Sheet(name, this.#workbook.addWorksheet(), (look) => this.#format(look));
    this.#sheets.push(sheet);
    return sheet;
  }

  /** Names of the sheets, in order: the first is in `sheet1.xml`. */
  get sheetNames(): string[] {
    return this.#sheets.map(({ name }) => name);
  }

  /** The file as the library makes it. Call it once, at the end. */
  toBytes(): Uint8Array {
    return this.#workbook.saveToBufferSync();
  }

  #format(look: Look & { quoted?: boolean }): Format {
    const known = this.#known.get(look);
    if (known) return known;
    const key = JSON.stringify(look);
    const format = this.#formats.get(key) ?? makeFormat(look);
    this.#formats.set(key, format);
    this.#known.set(look, format);
    return format;
  }
}

interface Printed {
  pages?: number;
  tall?: number;
  headerRow?: number;
  columns?: number;
}

export class Sheet {
  readonly name: string;
  readonly #sheet: Worksheet;
  readonly #format: (look: Look & { quoted?: boolean }) => Format;

  constructor(name: string, sheet: Worksheet, format: (look: Look & { quoted?: boolean }) => Format) {
    this.name = name;
    this.#sheet = sheet;
    this.#format = format;
    sheet.setName(name);
  }

  /** Always text, never a formula, even after somebody has edited the cell. An empty text leaves the cell empty. */
  text(row: number, column: number, text: string, look: Look = {}): void {
    const clean = cellText(text);
    if (clean === '') {
      this.blank(row, column, look);
      return;
    }
    const quoted = looksLikeFormula(clean) ? { ...look, quoted: true } : look;
    this.#sheet.writeStringWithFormat(row, column, clean, this.#format(quoted)).free();
  }

  number(row: number, column: number, value: number, look: Look = {}): void {
    this.#sheet.writeNumberWithFormat(row, column, value, this.#format(look)).free();
  }

  boolean(row: number, column: number, value: boolean, look: Look = {}): void {
    this.#sheet.writeBooleanWithFormat(row, column, value, this.#format(look)).free();
  }

  /** Typed like its column. What was not measured is an empty cell, which may still have a color. */
  value(row: number, column: number, value: Value, kind: CellKind, look: Look = {}): void {
    if (value === undefined) {
      this.blank(row, column, look);
      return;
    }
    const plain = plainCell(value, kind);
    if (typeof plain === 'number') this.number(row, column, plain, look);
    else if (typeof plain === 'boolean') this.boolean(row, column, plain, look);
    else this.text(row, column, plain ?? (typeof value === 'object' ? value.join(';') : String(value)), look);
  }

  /**
   * Cells with the same look, from `top` down. What was not measured is no cell. Many are passed to the library at
   * once, since each call costs more than a cell.
   */
  column(top: number, column: number, values: readonly Value[], kind: CellKind, look: Look): void {
    const format = this.#format(look);
    let batch: (string | number | boolean)[] = [];
    const write = (end: number): void => {
      if (batch.length > 0)
        this.#sheet.writeColumnWithFormat(end - batch.length, column, batch, format).free();
      batch = [];
    };
    for (const [index, value] of values.entries()) {
      const plain = plainCell(value, kind);
      if (plain !== undefined) batch.push(plain);
      else {
        write(top + index);
        if (value !== undefined) this.value(top + index, column, value, kind, look);
      }
    }
    write(top + values.length);
  }

  /** A look without a value. */
  blank(row: number, column: number, look: Look = {}): void {
    this.#sheet.writeBlank(row, column, this.#format(look)).free();
  }

  /** Width in characters of the default font. */
  width(column: number, characters: number): void {
    this.#sheet.setColumnWidth(column, characters);
  }

  /** Height in points. A line of the default font takes 15. */
  height(row: number, points: number): void {
    this.#sheet.setRowHeight(row, points);
  }

  freeze(rows: number, columns: number): void {
    this.#sheet.setFreezePanes(rows, columns);
  }

  filter(top: number, left: number, bottom: number, right: number): void {
    this.#sheet.autofilter(top, left, bottom, right);
  }

  hideGrid(): void {
    this.#sheet.setScreenGridlines(false);
  }

  /**
   * Landscape A4. `pages`: maximum width in pages. `tall`: maximum height in pages, no limit if absent. Header and
   * first columns repeat on every page.
   */
  print({ pages, tall = 0, headerRow, columns = 0 }: Printed): void {
    this.#sheet.setLandscape();
    this.#sheet.setPaperSize(a4);
    if (pages !== undefined) this.#sheet.setPrintFitToPages(pages, tall);
    if (headerRow !== undefined) this.#sheet.setRepeatRows(headerRow, headerRow);
    if (columns > 0) this.#sheet.setRepeatColumns(0, columns - 1);
  }

  /** Print area of the sheet: from its corner to this cell. */
  printArea(bottom: number, right: number): void {
    this.#sheet.setPrintArea(0, 0, bottom, right);
  }

  /** A real table over cells. Its header is written here. */
  table(name: string, area: Area, headers: readonly string[]): void {
    const columns = headers.map((header) =>
      new TableColumn().setHeader(header).setHeaderFormat(this.#format(headLook)),
    );
    const table = new Table().setName(name).setColumns(columns).setStyle(TableStyle.Light1);
    this.#sheet.addTable(area.top, area.left, area.bottom, area.right, table);
  }

  chart(row: number, column: number, spec: ChartSpec): void {
    this.#sheet.insertChart(row, column, makeChart(spec));
  }
}

/**
 * Text that the library accepts unchanged. Undefined for nothing, empty text, and text that needs a mark to stay text.
 */
function plainCell(value: Value, kind: CellKind): string | number | boolean | undefined {
  if (typeof value === 'number' || typeof value === 'boolean' || value === undefined) return value;
  const text = typeof value === 'string' ? value : value.join(';');
  const serial = kind === 'time' ? serialDate(text) : undefined;
  if (serial !== undefined) return serial;
  const clean = cellText(text);
  return clean === '' || looksLikeFormula(clean) ? undefined : clean;
}

/** Excel's number for the paper size. */
const a4 = 9;

const alignments = {
  left: FormatAlign.Left,
  center: FormatAlign.Center,
  right: FormatAlign.Right,
} as const;

function makeFormat(look: Look & { quoted?: boolean }): Format {
  let format = new Format();
  if (look.numberFormat !== undefined) format = format.setNumFormat(look.numberFormat);
  if (look.bold) format = format.setBold();
  if (look.italic) format = format.setItalic();
  if (look.size !== undefined) format = format.setFontSize(look.size);
  if (look.ink !== undefined) format = format.setFontColor(Color.rgb(look.ink));
  if (look.fill !== undefined) format = format.setBackgroundColor(Color.rgb(look.fill));
  if (look.align !== undefined) format = format.setAlign(alignments[look.align]);
  if (look.wrap) format = format.setTextWrap().setAlign(FormatAlign.Top);
  if (look.indent !== undefined) format = format.setIndent(look.indent);
  if (look.boxed) format = format.setBorder(FormatBorder.Thin).setBorderColor(Color.rgb(colors.line));
  if (look.quoted) format = format.setQuotePrefix();
  return format;
}
