import { cellName, untoldIn } from '../plan/cell.ts';
import { failedCheckText } from '../analysis/failed-checks.ts';
import { count } from '../base/text.ts';
import { alignedTable, code, codeCell, literal } from './markdown-text.ts';
import { candidateLine, needText } from './choice-words.ts';
import { firstLine, listName, namesIn } from './first-line.ts';
import { type FigureColumn, figureColumns, legend } from './model-columns.ts';
import { levelsMarkdown } from './levels-table.ts';
import { duration, notMeasured } from './number-text.ts';
import { ranked, type RankedModel, rankingLetters } from './ranking.ts';
import { runFacts, runOrigin } from './run-facts.ts';
import { isSimulated, type OutputFormat, type Report, simulatedNotice } from './run-report.ts';
import { placeSentences, placesOf } from './places.ts';
import { qualityMarkdown } from './quality-table.ts';
import { speedVerdict } from './run-verdict.ts';
import { thresholdLine } from './threshold-lines.ts';

/** For pull requests and job summaries, in GitHub's dialect. */
export const markdown: OutputFormat = {
  name: 'markdown',
  extension: '.md',
  limits: {
    fitsColumns: false,
    tabs: false,
    simulated: /simulated/i,
    answer: (answer) => `**${literal(answer)}**\n`,
  },
  render: (report) => `${[answer(report), ...details(report)].join('\n\n')}\n`,
};

/** First part of every view of the run. */
export const answer = (report: Report): string => `**${literal(firstLine(report))}**`;

/** Everything below it, section by section. No section is empty. */
export function details(report: Report): string[] {
  const { run, warnings } = report;
  const tables = placesOf(report).map(({ vantage, report: own }) => {
    const { text, shown: keys } = modelTable(own, ranked(own.models, run.success_floor));
    const title = vantage === undefined ? [] : [`#### From ${code(vantage)}`];
    return { keys, sections: [...title, text, literal(speedVerdict(own))] };
  });
  const shown = [...new Set(tables.flatMap(({ keys }) => keys))];
  const sections = [
    `### ${code(run.suite)}`,
    run.description === undefined ? '' : literal(run.description),
    isSimulated(run) ? `> [!IMPORTANT]\n> ${literal(simulatedNotice)}` : '',
    literal(runFacts(run).join(' · ')),
    (report.causes ?? []).map((cause) => `- ✗ ${literal(cause)}`).join('\n'),
    ...(report.load ? [levelsMarkdown(report.load, run)] : tables.flatMap(({ sections: own }) => own)),
    placeSentences(report)
      .map((text) => `- ${literal(text)}`)
      .join('\n'),
    choiceList(report),
    qualityMarkdown(report.quality, run),
    (report.thresholds ?? []).map((result) => `- ${literal(thresholdLine(result, run))}`).join('\n'),
    failedCheckLines(report),
    warnings.map((warning) => `- ⚠ ${literal(warning)}`).join('\n'),
    `<sub>${literal([...legend(shown), ...runOrigin(run)].join(' · '))}</sub>`,
  ];
  return sections.filter((section) => section !== '');
}

/** The most frequent ones. */
const mostFailedChecks = 8;

function failedCheckLines({ run, failedChecks = [] }: Report): string {
  const shown = failedChecks.toSorted((a, b) => b.answers - a.answers).slice(0, mostFailedChecks);
  const rest = failedChecks.length - shown.length;
  return [
    ...shown.map((kind) => `- ✗ ${literal(failedCheckText(kind, run))}`),
    ...(rest > 0
      ? [`- and ${count(rest, 'more kind')} of failed checks; see check_why in requests.csv`]
      : []),
  ].join('\n');
}

/** Three lists: models that surely meet the need, that may, and that do not. */
export function choiceList(report: Report): string {
  return (report.choices ?? [])
    .map(({ need, candidates, ...list }) =>
      [
        `${literal(`${listName(list) === undefined ? '' : `${listName(list)!}: `}${needText(need)}`)}\n`,
        ...candidates.map((one) => `- ${literal(candidateLine(one, namesIn(report, list).named))}`),
      ].join('\n'),
    )
    .join('\n\n');
}

interface MarkdownColumn {
  key: string;
  head: string;
  align: 'l' | 'r';
  cells: string[];
}

function modelTable(report: Report, rows: readonly RankedModel[]): { text: string; shown: string[] } {
  if (rows.length === 0) return { text: '', shown: [] };
  const columns = [
    ...identityColumns(report, rows),
    ...figureColumns(rows, report.run.success_floor).map(figureColumn),
    ...intervalColumn(rows),
  ];
  const lines = [
    columns.map(({ head }) => head),
    ...rows.map((_, row) => columns.map(({ cells }) => cells[row] ?? '')),
  ];
  return {
    text: alignedTable(
      lines,
      columns.map(({ align }) => align),
    ),
    shown: columns.map(({ key }) => key),
  };
}

function identityColumns(report: Report, rows: readonly RankedModel[]): MarkdownColumn[] {
  const letters = rankingLetters(rows, report);
  const of = (
    key: string,
    head: string,
    align: 'l' | 'r',
    cell: (row: RankedModel, index: number) => string,
  ) => ({
    key,
    head,
    align,
    cells: rows.map(cell),
  });
  return [
    of('rank', '#', 'r', ({ rank }) => String(rank ?? notMeasured)),
    of('model', 'model', 'l', ({ model }) => codeCell(cellName(model))),
    ...untoldIn(report.run).map(({ column: { name } }) =>
      of(name, name, 'l', ({ model }) => codeCell(model[name] ?? notMeasured)),
    ),
    ...(letters.length > 0 ? [of('group', 'group', 'l', (_, index) => letters[index] ?? '')] : []),
  ];
}

function figureColumn({ key, title, figure, unit, cells }: FigureColumn): MarkdownColumn {
  const head = [title, figure].filter((part) => part !== undefined).join(' ');
  return { key, head: `${head}, ${unit}`, align: 'r', cells: cells.map(({ text }) => text) };
}

function intervalColumn(rows: readonly RankedModel[]): MarkdownColumn[] {
  const cells = rows.map(({ model }) => {
    const { e2e_latency_ms_geomean_ci_low: low, e2e_latency_ms_geomean_ci_high: high } = model;
    return low === undefined || high === undefined ? notMeasured : `${duration(low)} – ${duration(high)}`;
  });
  if (cells.every((cell) => cell === notMeasured)) return [];
  return [{ key: 'interval', head: 'E2E, 95 % CI', align: 'r', cells }];
}
