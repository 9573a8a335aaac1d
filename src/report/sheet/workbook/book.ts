import {
  Chart,
  ChartFont,
  ChartFormat,
  ChartLegendPosition,
  ChartLine,
  ChartMarker,
  ChartMarkerType,
  ChartRange,
  ChartSeries,
  ChartSolidFill,
  ChartType,
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
import type { CellKind } from '../../../base/column.ts';
import type { Value } from '../field.ts';
import { looksLikeFormula } from '../../../base/formula.ts';
import { cellText } from './cell-text.ts';
import { colors, seriesColors } from './colors.ts';
import { reference, type Area } from './place.ts';
import { serialDate } from './serial-date.ts';

/** How a cell looks. Absent is the workbook's default. */
export interface Look {
  readonly numberFormat?: string;
  readonly bold?: boolean;
  readonly italic?: boolean;
  readonly size?: number;
  /** 0xRRGGBB. */
  readonly ink?: number;
  readonly fill?: number;
  readonly align?: 'left' | 'center' | 'right';
  readonly wrap?: boolean;
  /** Blanks before text. */
  readonly indent?: number;
  /** A thin line around the cell. */
  readonly boxed?: boolean;
}

export interface ChartSeriesSpec {
  /** One cell; never a text, which would be taken for a formula when it starts with `=`. */
  readonly name: Area;
  readonly categories: Area;
  readonly values: Area;
  /** Lengths of the interval on both sides of the value; `finish` hands them to the package. */
  readonly interval?: { readonly minus: Area; readonly plus: Area };
}

export interface ChartSpec {
  /** Bars lie, so that names have room; the first category is at the bottom. Lines have dates as categories. */
  readonly kind: 'bars' | 'stacked' | 'lines';
  /** Must not start with `=`. */
  readonly title: string;
  /** For those who do not see it. */
  readonly alternative: string;
  readonly unit: string;
  /** Upper end of the axis of values; chosen by the program that shows it where absent. */
  readonly max?: number;
  /** Of the axis of categories. */
  readonly dateFormat?: string;
  readonly legend: boolean;
  readonly series: readonly ChartSeriesSpec[];
  /** In pixels. */
  readonly width: number;
  readonly height: number;
}

/**
 * One workbook in the making: the only file that knows the library. Small sheets are written through it cell by
 * cell; a long one gets its rows while the package is written.
 */
export class Book {
  readonly #workbook = new Workbook();
  readonly #formats = new Map<string, Format>();
  readonly #sheets: Sheet[] = [];

  constructor({ title, comment }: { title: string; comment: string }) {
    const properties = new DocProperties();
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

  /** Intervals that charts have beside their values. */
  get intervals(): { values: string; minus: string; plus: string }[] {
    return this.#sheets.flatMap((sheet) => sheet.intervals);
  }

  /** The package as the library makes it. Call it once, at the end. */
  toBytes(): Uint8Array {
    return this.#workbook.saveToBufferSync();
  }

  #format(look: Look & { quoted?: boolean }): Format {
    const key = JSON.stringify(look);
    const known = this.#formats.get(key);
    if (known) return known;
    const format = makeFormat(look);
    this.#formats.set(key, format);
    return format;
  }
}

export class Sheet {
  readonly name: string;
  readonly #sheet: Worksheet;
  readonly #format: (look: Look & { quoted?: boolean }) => Format;
  readonly intervals: { values: string; minus: string; plus: string }[] = [];

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
    this.#sheet.writeStringWithFormat(row, column, clean, this.#format(quoted));
  }

  number(row: number, column: number, value: number, look: Look = {}): void {
    this.#sheet.writeNumberWithFormat(row, column, value, this.#format(look));
  }

  boolean(row: number, column: number, value: boolean, look: Look = {}): void {
    this.#sheet.writeBooleanWithFormat(row, column, value, this.#format(look));
  }

  /** Typed as its column is; what was not measured is an empty cell, which may still have a colour. */
  value(row: number, column: number, value: Value, kind: CellKind, look: Look = {}): void {
    if (value === undefined) {
      this.blank(row, column, look);
      return;
    }
    if (typeof value === 'number') {
      this.number(row, column, value, look);
      return;
    }
    if (typeof value === 'boolean') {
      this.boolean(row, column, value, look);
      return;
    }
    const text = typeof value === 'string' ? value : value.join(';');
    const serial = kind === 'time' ? serialDate(text) : undefined;
    if (serial === undefined) this.text(row, column, text, look);
    else this.number(row, column, serial, look);
  }

  /** No value, but a look. `quoted`: the look that text gets which resembles a formula. */
  blank(row: number, column: number, look: Look & { quoted?: boolean } = {}): void {
    this.#sheet.writeBlank(row, column, this.#format(look));
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

  /** Landscape A4; `pages`: how many pages wide at most. Header and first columns come again on every page. */
  print({ pages, headerRow, columns = 0 }: { pages?: number; headerRow?: number; columns?: number }): void {
    this.#sheet.setLandscape();
    this.#sheet.setPaperSize(a4);
    if (pages !== undefined) this.#sheet.setPrintFitToPages(pages, 0);
    if (headerRow !== undefined) this.#sheet.setRepeatRows(headerRow, headerRow);
    if (columns > 0) this.#sheet.setRepeatColumns(0, columns - 1);
  }

  /** A real table over cells of which the header is written here. */
  table(name: string, area: Area, headers: readonly string[]): void {
    const columns = headers.map((header) =>
      new TableColumn().setHeader(header).setHeaderFormat(this.#format(headLook)),
    );
    const table = new Table().setName(name).setColumns(columns).setStyle(TableStyle.Light1);
    this.#sheet.addTable(area.top, area.left, area.bottom, area.right, table);
  }

  chart(row: number, column: number, spec: ChartSpec): void {
    for (const { values, interval } of spec.series)
      if (interval)
        this.intervals.push({
          values: reference(values),
          minus: reference(interval.minus),
          plus: reference(interval.plus),
        });
    this.#sheet.insertChart(row, column, makeChart(spec));
  }
}

/** As Excel counts paper. */
const a4 = 9;

/** Of the header of every table. */
export const headLook: Look = { bold: true, ink: colors.white, fill: colors.head };

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

const chartTypes = {
  bars: ChartType.Bar,
  stacked: ChartType.BarStacked,
  lines: ChartType.ScatterStraightWithMarkers,
} as const;

function makeChart(spec: ChartSpec): Chart {
  const chart = new Chart(chartTypes[spec.kind]);
  for (const [index, series] of spec.series.entries())
    chart.pushSeries(makeSeries(series, spec.kind, seriesColors[index % seriesColors.length]!));
  chart.title().setName(spec.title);
  chart.title().setFont(font(12).setBold());
  // The library counts the axes of lying bars as they lie.
  const [values, categories] =
    spec.kind === 'lines' ? [chart.yAxis(), chart.xAxis()] : [chart.xAxis(), chart.yAxis()];
  values.setName(spec.unit);
  values.setNameFont(font(9));
  values.setMin(0);
  if (spec.max !== undefined) values.setMax(spec.max);
  values.setNumFormat('#,##0');
  values.setFont(font(9));
  categories.setFont(font(9));
  if (spec.dateFormat !== undefined) categories.setNumFormat(spec.dateFormat);
  if (spec.legend)
    chart
      .legend()
      .setPosition(spec.series.length > 4 ? ChartLegendPosition.Right : ChartLegendPosition.Bottom);
  else chart.legend().setHidden();
  chart.setAltText(spec.alternative);
  chart.setWidth(spec.width);
  chart.setHeight(spec.height);
  return chart;
}

function makeSeries(spec: ChartSeriesSpec, kind: ChartSpec['kind'], color: number): ChartSeries {
  const series = new ChartSeries();
  series.setName(`=${reference(spec.name)}`);
  series.setCategories(range(spec.categories));
  series.setValues(range(spec.values));
  if (kind === 'lines') {
    series.setFormat(new ChartFormat().setLine(new ChartLine().setColor(Color.rgb(color)).setWidth(1.75)));
    series.setMarker(new ChartMarker().setType(ChartMarkerType.Circle).setSize(6).setFormat(solid(color)));
  } else {
    series.setFormat(solid(color));
  }
  return series;
}

function range({ sheet, top, left, bottom, right }: Area): ChartRange {
  return ChartRange.newFromRange(sheet, top, left, bottom, right);
}

function solid(color: number): ChartFormat {
  return new ChartFormat().setSolidFill(new ChartSolidFill().setColor(Color.rgb(color)));
}

function font(size: number): ChartFont {
  return new ChartFont().setSize(size).unsetBold();
}
