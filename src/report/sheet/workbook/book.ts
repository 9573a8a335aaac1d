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

/** What the file says of itself. */
export interface BookProperties {
  readonly title: string;
  readonly comment: string;
  /** When it was made, ISO 8601; given, so that the same runs make the same file. */
  readonly madeAt: string;
}

/** One workbook in the making, in memory until `toBytes`. Only this file and `chart.ts` know the library. */
export class Book {
  readonly #workbook = new Workbook();
  readonly #formats = new Map<string, Format>();
  /** The same again, for looks that are used cell after cell. */
  readonly #known = new WeakMap<Look, Format>();
  readonly #sheets: Sheet[] = [];

  constructor({ title, comment, madeAt }: BookProperties) {
    // The library stamps properties with the time at which they are made, and takes no other.
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

  /** Names of the sheets, in their order: the first stands in `sheet1.xml`. */
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

  /** Always text, never a formula, not even after somebody has edited the cell. An empty one stays empty. */
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

  /** Typed as its column is; what was not measured is an empty cell, which may still have a color. */
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
   * Cells from `top` down that look alike. What was not measured is no cell. Many go to the library at once, since each
   * call costs more than its cell.
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

  /** No value, but a look. */
  blank(row: number, column: number, look: Look = {}): void {
    this.#sheet.writeBlank(row, column, this.#format(look)).free();
  }

  /** Width in characters of the default font. */
  width(column: number, characters: number): void {
    this.#sheet.setColumnWidth(column, characters);
  }

  /** Height in points; a line of the default font takes 15. */
  height(row: number, points: number): void {
    this.#sheet.setRowHeight(row, points);
  }

  /** Keeps so many rows and columns in sight. */
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
   * Landscape A4; `pages`: how many pages wide at most, `tall`: how many high, any number where absent. Header and first
   * columns come again on every page.
   */
  print({ pages, tall = 0, headerRow, columns = 0 }: Printed): void {
    this.#sheet.setLandscape();
    this.#sheet.setPaperSize(a4);
    if (pages !== undefined) this.#sheet.setPrintFitToPages(pages, tall);
    if (headerRow !== undefined) this.#sheet.setRepeatRows(headerRow, headerRow);
    if (columns > 0) this.#sheet.setRepeatColumns(0, columns - 1);
  }

  /** What of the sheet is printed: from its corner to this cell. */
  printArea(bottom: number, right: number): void {
    this.#sheet.setPrintArea(0, 0, bottom, right);
  }

  /** A real table over cells; its header is written here. */
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

/** What the library takes as it is: undefined for nothing, empty text, and text that needs a mark to stay text. */
function plainCell(value: Value, kind: CellKind): string | number | boolean | undefined {
  if (typeof value === 'number' || typeof value === 'boolean' || value === undefined) return value;
  const text = typeof value === 'string' ? value : value.join(';');
  const serial = kind === 'time' ? serialDate(text) : undefined;
  if (serial !== undefined) return serial;
  const clean = cellText(text);
  return clean === '' || looksLikeFormula(clean) ? undefined : clean;
}

/** As Excel counts paper. */
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
