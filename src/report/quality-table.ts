import type { QualityPart } from '../analysis/analysis.ts';
import type { PreferenceRow, QualityRow } from '../analysis/quality/quality-columns.ts';
import type { CriterionPair } from '../analysis/quality/preferences.ts';
import { oneLine } from '../base/text.ts';
import { cellName, untoldIn, type Ways } from '../plan/cell.ts';
import { alignedTable, codeCell } from './markdown-text.ts';
import { notMeasured, percent, rangeText } from './number-text.ts';
import type { Paint } from './paint.ts';
import stringWidth from 'string-width';
import { stripVTControlCharacters } from 'node:util';
import { type TextColumn, textTable } from './text-table.ts';
import { shorten, wrapped } from './text-width.ts';

/** For opinions of judges and people. Checks alone are in the table of models. */
export const isJudged = ({ rows, preferences }: QualityPart): boolean =>
  preferences.length > 0 || rows.some(({ basis }) => basis !== 'checks');

/** Basis: `checks`, `people`, `judge gemma`, `gemma + people`. */
export function basisText({ basis, judge }: { basis: string; judge?: string | undefined }): string {
  if (judge === undefined) return basis;
  return basis === 'judge' ? `judge ${oneLine(judge, 40)}` : `${oneLine(judge, 40)} + people`;
}

interface Head<Row> {
  readonly title: string;
  readonly align: 'left' | 'right';
  readonly cell: (row: Row) => string;
  /** As code in Markdown. */
  readonly isName?: boolean;
}

const name = <Row>(title: string, cell: (row: Row) => string): Head<Row> => ({
  title,
  align: 'left',
  cell: (row) => oneLine(cell(row), 60),
  isName: true,
});
const right = <Row>(title: string, cell: (row: Row) => string): Head<Row> => ({
  title,
  align: 'right',
  cell,
});
const left = <Row>(title: string, cell: (row: Row) => string): Head<Row> => ({ title, align: 'left', cell });

const range = (low: number | undefined, high: number | undefined): string => rangeText('passed', low, high);

/** The rate and the judge's rate never share a column: a judge's rate alone is not a pass rate. */
function qualityHeads(ways: Ways): Head<QualityRow>[] {
  return [
    name('model', (row) => cellName(row)),
    ...untoldIn(ways).map(({ column }) =>
      name<QualityRow>(column.name, (row) => row[column.name] ?? notMeasured),
    ),
    name('criterion', ({ criterion }) => criterion),
    left('by', basisText),
    right('rate', ({ rate }) => percent(rate)),
    right('95 % CI', ({ rate_ci_low: low, rate_ci_high: high }) => range(low, high)),
    right("judge's rate", ({ judge_rate }) => percent(judge_rate)),
    right('labels', ({ rated }) => (rated === undefined ? notMeasured : String(rated))),
    right('kappa', ({ kappa }) => kappa?.toFixed(2) ?? notMeasured),
  ];
}

const preferenceHeads: readonly Head<PreferenceRow>[] = [
  name('criterion', ({ criterion }) => criterion),
  name('model', ({ model_b }) => model_b),
  name('against', ({ model_a }) => model_a),
  left('by', basisText),
  right('wins', ({ win_share }) => percent(win_share)),
  right('95 % CI', ({ ci_low, ci_high }) => range(ci_low, ci_high)),
  right('ties', ({ ties }) => String(ties)),
  left('verdict', ({ verdict }) => verdict),
];

const points = (share: number | undefined): string =>
  share === undefined ? notMeasured : `${share > 0 ? '+' : ''}${(100 * share).toFixed(1).replace('-', '−')}`;

const pairHeads: readonly Head<CriterionPair>[] = [
  name('criterion', ({ criterion }) => criterion),
  name('model', ({ model_b }) => model_b),
  name('against', ({ model_a }) => model_a),
  left('by', basisText),
  right('points', ({ difference }) => points(difference)),
  right('95 % CI', ({ difference_ci_low: low, difference_ci_high: high }) =>
    low === undefined || high === undefined ? notMeasured : `${points(low)} – ${points(high)}`,
  ),
  left('verdict', ({ verdict }) => verdict),
];

/** Notes below: how far to trust each basis. */
const legend =
  'by: the basis of the rate. A judge alone only "seems": its rate holds only if it errs alike on all models.';

interface Part {
  readonly title: string;
  readonly heads: readonly { title: string; align: 'left' | 'right'; isName?: boolean }[];
  readonly lines: readonly string[][];
}

function partOf<Row>(title: string, heads: readonly Head<Row>[], rows: readonly Row[]): Part[] {
  if (rows.length === 0) return [];
  return [{ title, heads, lines: rows.map((row) => heads.map(({ cell }) => cell(row))) }];
}

/** More pairs than this are only in `preferences.csv`. */
const mostPairs = 40;

function partsOf(quality: QualityPart | undefined, ways: Ways): Part[] {
  if (quality === undefined || !isJudged(quality)) return [];
  const { rows, preferences, pairs } = quality;
  return [
    ...partOf(
      'How good the answers are',
      qualityHeads(ways),
      rows.filter(({ basis }) => basis !== 'checks'),
    ),
    ...partOf('Models against each other by criterion', pairHeads, pairs.slice(0, mostPairs)),
    ...partOf('Which is preferred', preferenceHeads, preferences.slice(0, mostPairs)),
  ];
}

/** For the terminal. Empty if there is no opinion of a judge or a person. */
export function qualityLines(
  quality: QualityPart | undefined,
  ways: Ways,
  columns: number,
  paint: Paint,
): string[] {
  const parts = partsOf(quality, ways);
  if (parts.length === 0) return [];
  return [
    ...parts.flatMap(({ title, heads, lines }, index) => [
      ...(index > 0 ? [''] : []),
      ...wrapped(title, columns).map((line) => paint('strong', line)),
      ...fitted(heads, lines, columns, paint),
    ]),
    ...wrapped(legend, columns).map((line) => paint('quiet', line)),
  ];
}

/** As many columns as fit: the last ones are dropped first. Names are cut before that. */
function fitted(heads: Part['heads'], lines: Part['lines'], columns: number, paint: Paint): string[] {
  const room = Math.max(6, Math.floor(columns / 6));
  const all = heads.map(({ title, align, isName }, place): TextColumn => ({
    title: '',
    subtitle: title,
    align,
    cells: lines.map((cells) => ({ text: isName === true ? shorten(cells[place]!, room) : cells[place]! })),
  }));
  for (let count = all.length; count > 1; count--) {
    const table = textTable(all.slice(0, count), paint);
    if (table.every((line) => stringWidth(stripVTControlCharacters(line)) <= columns)) return table;
  }
  return lines.flatMap((cells) => wrapped(cells.join(' · '), columns, '  '));
}

export function qualityMarkdown(quality: QualityPart | undefined, ways: Ways): string {
  const parts = partsOf(quality, ways).map(({ title, heads, lines }) => {
    const rows = lines.map((cells) =>
      cells.map((cell, place) => (heads[place]!.isName === true ? codeCell(cell) : cell)),
    );
    return `**${title}**\n\n${alignedTable(
      [heads.map((head) => head.title), ...rows],
      heads.map(({ align }) => (align === 'left' ? 'l' : 'r')),
    )}`;
  });
  return parts.length === 0 ? '' : `${parts.join('\n\n')}\n\n<sub>${legend}</sub>`;
}
