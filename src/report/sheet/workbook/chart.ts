import {
  Chart,
  ChartFont,
  ChartFormat,
  ChartLegendPosition,
  ChartRange,
  ChartSeries,
  ChartSolidFill,
  ChartType,
  Color,
} from 'wasm-xlsxwriter';
import { seriesColors } from './look.ts';

/** A block of cells. Rows and columns from 0, both ends included. */
export interface Area {
  readonly sheet: string;
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/** `A`, `Z`, `AA` … for 0, 25, 26 … */
function columnLetters(index: number): string {
  let letters = '';
  for (let rest = index + 1; rest > 0; rest = Math.floor((rest - 1) / 26))
    letters = String.fromCharCode(65 + ((rest - 1) % 26)) + letters;
  return letters;
}

/** `'Read me'!$A$1:$B$9`. A single cell without the colon. */
export function reference({ sheet, top, left, bottom, right }: Area): string {
  const absolute = (row: number, column: number): string => `$${columnLetters(column)}$${row + 1}`;
  const first = absolute(top, left);
  const last = absolute(bottom, right);
  const name = /^\w+$/.test(sheet) ? sheet : `'${sheet.replaceAll("'", "''")}'`;
  return `${name}!${first === last ? first : `${first}:${last}`}`;
}

/** The cells of one column. */
export const columnArea = (sheet: string, column: number, top: number, bottom: number): Area => ({
  sheet,
  top,
  left: column,
  bottom,
  right: column,
});

export interface ChartSeriesSpec {
  /** One cell. Never a text: one that starts with `=` would be taken for a formula. */
  readonly name: Area;
  readonly categories: Area;
  readonly values: Area;
  /** 0xRRGGBB. Absent: the next of `seriesColors`. Lines use the colors of the program that shows them. */
  readonly color?: number;
}

export interface ChartSpec {
  /**
   * Bars are horizontal, so that names have space; the first category is at the bottom. Lines have dates as categories.
   */
  readonly kind: 'stacked' | 'lines';
  /** Must not start with `=`. */
  readonly title: string;
  /** Text alternative. */
  readonly alternative: string;
  readonly unit: string;
  /** Upper end of the value axis. Absent: chosen by the program that shows it. */
  readonly max?: number;
  /** Of the category axis. */
  readonly dateFormat?: string;
  readonly legend: boolean;
  readonly series: readonly ChartSeriesSpec[];
  /** In pixels. */
  readonly width: number;
  readonly height: number;
}

const chartTypes = {
  stacked: ChartType.BarStacked,
  lines: ChartType.ScatterStraightWithMarkers,
} as const;

export function makeChart(spec: ChartSpec): Chart {
  const chart = new Chart(chartTypes[spec.kind]);
  for (const [index, series] of spec.series.entries())
    chart.pushSeries(
      makeSeries(series, spec.kind, series.color ?? seriesColors[index % seriesColors.length]!),
    );
  chart.title().setName(spec.title);
  chart.title().setFont(font(12).setBold());
  // For horizontal bars, the library swaps the axes.
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
  // The library writes the styles of a line and of its markers in an order that Excel wants to repair.
  if (kind !== 'lines') series.setFormat(solid(color));
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

const steps = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];

/** A round number not below any of these, as the end of an axis. Undefined without a number above zero. */
export function axisEnd(values: readonly (number | undefined)[]): number | undefined {
  const highest = Math.max(0, ...values.filter((value) => value !== undefined));
  if (highest === 0) return undefined;
  const power = 10 ** Math.floor(Math.log10(highest));
  const step = steps.find((candidate) => candidate * power >= highest);
  return step === undefined ? undefined : Number((step * power).toPrecision(3));
}
