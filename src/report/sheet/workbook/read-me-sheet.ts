import type { Column } from '../../../base/column.ts';
import { haveLevels, haveLimits, levelFields, limitFields } from './levels-sheet.ts';
import { haveQuality, havePreferences, preferenceFields, qualityFields } from './quality-sheet.ts';
import { oneLine } from '../../../base/text.ts';
import type { Manifest } from '../../../journal/manifest.ts';
import { duration } from '../../number-text.ts';
import { isSimulated, simulatedNotice } from '../../run-report.ts';
import type { Summarized } from '../sheet-format.ts';
import { type Field, tableNamed } from '../tables.ts';
import type { Book, Sheet } from './book.ts';
import { historyFields } from './history-sheet.ts';
import { colors, type Look } from './look.ts';
import { pairFields } from './pairs-sheet.ts';
import { promptFields } from './prompts-sheet.ts';
import { summaryColumns } from './summary-columns.ts';
import { haveTags, tagFields } from './tags-sheet.ts';
import { minuteOf, suiteNames, withoutMarkup } from './words.ts';

const ink: Look = { ink: colors.ink };
const label: Look = { ...ink, bold: true, wrap: true };
const prose: Look = { ...ink, wrap: true };

/** Contents of the workbook: sheets, warnings, method, origin, and every column's meaning and unit. */
export function addReadMe(book: Book, runs: readonly Summarized[]): void {
  const page = new Page(book.addSheet('Read me'));
  page.title(`gatebench: ${suiteNames(runs)}`);
  if (runs.some(({ report }) => isSimulated(report.run)))
    page.line('SIMULATED', simulatedNotice, { fill: colors.warning, ink: colors.warningInk, bold: true });
  page.section('Sheets');
  for (const name of book.sheetNames) page.line(name, sheetMeanings[name] ?? '');
  page.section('Warnings');
  addWarnings(page, runs);
  page.section('Method');
  for (const [topic, text] of method) page.line(topic, text);
  for (const run of runs) addOrigin(page, run);
  page.section('Columns', ['Meaning', 'Unit', 'Sheet']);
  addColumns(page, runs);
}

const sheetMeanings: Readonly<Record<string, string>> = {
  Summary: 'One row per model and run, newest run first, with intervals, and charts of the newest run.',
  Charts: 'Charts of the newest run, and their figures.',
  Pairs:
    'Every pair of models, metric by metric: ratio, interval, and verdict, always for model_b against model_a.',
  'By tag': 'One row per tag, model, and run: the figures of the prompts with that tag alone.',
  Prompts:
    'One row per prompt and run, two columns per model: share passed and median latency, side by side.',
  'All figures': 'Everything in models.csv, one row per model and run: a table for lookups.',
  Requests:
    'One row per attempt, including warm-up: a table for filters and pivot tables. For averages in a pivot table, use passed_01, and keep rows with counts_01 = 1.',
  History: 'One row per run, model, and metric, oldest run first, with line charts over the runs.',
  'Read me': 'This sheet.',
};

/** In characters. */
const textWidth = 110;
/** In points. Some programs do not compute how many lines a cell has. */
const lineHeight = 15;

/** A sheet of two columns to read, and two more for the list of columns. */
class Page {
  readonly #sheet: Sheet;
  #row = 0;

  constructor(sheet: Sheet) {
    this.#sheet = sheet;
    for (const [column, width] of [34, textWidth, 10, 14].entries()) sheet.width(column, width);
    sheet.hideGrid();
    sheet.print({ pages: 1 });
  }

  title(text: string): void {
    this.#sheet.text(this.#row++, 0, text, { ...ink, bold: true, size: 16 });
  }

  section(text: string, heads: readonly string[] = ['', '', '']): void {
    this.#row++;
    const look: Look = { bold: true, ink: colors.white, fill: colors.head };
    for (const [column, head] of [text, ...heads].entries()) this.#sheet.text(this.#row, column, head, look);
    this.#row++;
  }

  line(name: string, text: string, look: Look = {}): void {
    this.#sheet.text(this.#row, 0, name, { ...label, ...look });
    this.#sheet.text(this.#row, 1, text, { ...prose, ...look });
    const lines = Math.ceil(text.length / (textWidth + 6));
    if (lines > 1) this.#sheet.height(this.#row, lines * lineHeight);
    this.#row++;
  }

  column({ name, meaning, unit }: Pick<Column, 'name' | 'meaning' | 'unit'>, sheet: string): void {
    this.line(name, withoutMarkup(meaning));
    this.#sheet.text(this.#row - 1, 2, unit, prose);
    this.#sheet.text(this.#row - 1, 3, sheet, prose);
  }
}

function addWarnings(page: Page, runs: readonly Summarized[]): void {
  const lines = runs.flatMap(({ report }) =>
    report.warnings.map((warning) => [minuteOf(report.run.started_at), warning] as const),
  );
  if (lines.length === 0) page.line('None', 'No problems with the figures were found.');
  for (const [when, warning] of lines) page.line(when, warning);
}

/** Facts from the manifest. Headers, prompts and paths stay out: they may be private. */
function addOrigin(page: Page, { manifest, report }: Summarized): void {
  const { suite } = manifest;
  page.section(`Run of ${oneLine(suite.name, 60)}, ${minuteOf(manifest.started_at)}`);
  for (const [name, value] of originFacts(manifest)) page.line(name, value);
  const { requests_done: done, requests_planned: planned, requests_failed: failed } = report.run;
  page.line('Requests', `${done} of ${planned} measured, ${failed} failed`);
}

function originFacts({ suite, routes, versions, machine, ...manifest }: Manifest): [string, string][] {
  const { run } = suite;
  const models = suite.models.map(({ id, model }) => (id === model ? id : `${id} = ${model}`));
  const length =
    manifest.ended_at === undefined
      ? undefined
      : Date.parse(manifest.ended_at) - Date.parse(manifest.started_at);
  return [
    ['Run id', manifest.run_id],
    ...(suite.description === undefined ? [] : [['Question', suite.description] satisfies [string, string]]),
    ['Suite', `${suite.name}, SHA-256 ${manifest.suite_hash}`],
    ['Status', manifest.status],
    ['Started', manifest.started_at],
    [
      'Ended',
      manifest.ended_at === undefined
        ? 'not yet, or killed'
        : `${manifest.ended_at}, after ${duration(length)}`,
    ],
    ['Route', routes.map(({ route, host }) => `${route} (${host})`).join(', ')],
    ['Models', models.join(', ')],
    [
      'Design',
      `${suite.prompts.length} prompts × ${run.repeat} repeats, ${run.warmup} warm-up, order ${run.order}, seed ${manifest.seed}, ${run.concurrency} at once`,
    ],
    [
      'Versions',
      `gatebench ${versions.gatebench}, openai ${versions.openai}, undici ${versions.undici}, Node ${versions.node}`,
    ],
    [
      'Machine',
      `${machine.platform} ${machine.arch}, ${machine.cpus} × ${machine.cpu}, ${machine.memory_gib} GiB`,
    ],
  ];
}

function addColumns(page: Page, runs: readonly Summarized[]): void {
  for (const { head, column } of summaryColumns) page.column({ ...column, name: head }, 'Summary');
  const list = (fields: readonly Field[], sheet: string): void => {
    for (const { column } of fields) page.column(column, sheet);
  };
  list(pairFields, 'Pairs');
  if (haveLevels(runs)) list(levelFields, 'Levels');
  if (haveLimits(runs)) list(limitFields, 'Limits');
  if (haveTags(runs)) list(tagFields, 'By tag');
  if (haveQuality(runs)) list(qualityFields, 'Quality');
  if (havePreferences(runs)) list(preferenceFields, 'Preferences');
  list(promptFields, 'Prompts');
  list(tableNamed('models').fields, 'All figures');
  list(tableNamed('requests').fields, 'Requests');
  if (runs.length > 1) list(historyFields, 'History');
}

/** How the figures were made, for people who did not read the manual. */
const method: readonly (readonly [topic: string, text: string])[] = [
  [
    'Clock',
    'All durations come from a monotonic clock and start when a request is handed to the socket. They never include our own queue, pauses before retries, or earlier attempts. Dates and times only label rows; they are in UTC.',
  ],
  [
    'Order',
    'Models take turns in blocks. Within a block, every model gets the same prompt, in random order from a recorded seed, so a slow spell hits all models equally.',
  ],
  ['Warm-up', 'Rows with phase warmup are recorded and never analyzed.'],
  [
    'Success',
    'An answer counts only if it has status 200, the right content type, some text, a finish reason, and the end of its stream. Anything else is a failure with a name.',
  ],
  [
    'Failures',
    'In medians and percentiles, a failed request counts as slower than any success, so failing cannot make a model look fast. A figure that rests on a failure is marked ≥ (for rates ≤) and named in lower_bounds.',
  ],
  [
    'Left out',
    'Answers that came from a cache, were held back on the way, or came from another model have valid = FALSE. They stay out of latency figures, and their share is shown.',
  ],
  [
    'Geomean',
    'Take the median of each prompt, then the geometric mean over prompts. Every prompt counts the same, and a few long ones do not dominate.',
  ],
  [
    'Intervals',
    'All are 95 % intervals, clustered by prompt. More prompts make them narrower; more repeats hardly do. An empty cell is an open end.',
  ],
  [
    'Verdicts',
    'A verdict of faster, slower, better, or worse needs two things: a significant exact test, corrected for all pairs and metrics, and an interval clear of the margin. Equal means within the margin. Anything else is not settled.',
  ],
  ['Percentiles', 'Empty if there are too few requests for them.'],
  [
    'Tokens',
    'As the server reported them. Completion tokens include reasoning tokens, and prompt tokens include cached tokens. Missing counts are never guessed.',
  ],
  ['Empty cells', 'Not measured, or not applicable. Never zero.'],
  [
    'Text',
    'Text cells hold text, never formulas. Text longer than Excel allows is cut and marked. Characters that would break the file are removed.',
  ],
];
