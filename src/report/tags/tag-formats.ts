import type { TagReport } from '../../analysis/by-tag.ts';
import type { ModelSummary } from '../../analysis/summary-columns.ts';
import { count, oneLine } from '../../base/text.ts';
import { cellName } from '../../plan/cell.ts';
import { firstLine } from '../first-line.ts';
import { alignedTable, code, codeCell, literal } from '../markdown-text.ts';
import { duration, notMeasured, percent, usd } from '../number-text.ts';
import { painter } from '../paint.ts';
import { runFacts } from '../run-facts.ts';
import { jsonText, rowObject, runObject } from '../run-json.ts';
import { isSimulated, type OutputFormat, type Report, simulatedNotice } from '../run-report.ts';
import { type TextColumn, textTable } from '../text-table.ts';
import { flowed, paragraphs, shorten, wrapped } from '../text-width.ts';
import { pairColumns } from '../../analysis/summary-columns.ts';
import { reportOfTag, tagColumns, tagRows, tooFewPrompts } from './tag-columns.ts';

/** Heading of a tag's table. */
export function tagTitle(tag: TagReport): string {
  const remark = tooFewPrompts(tag);
  return `${oneLine(tag.tag, 60)} (${count(tag.prompts, 'prompt')}${remark === undefined ? '' : `; ${remark}`})`;
}

/** The leaders on the prompts of a tag. */
export const tagLine = (report: Report, tag: TagReport): string => firstLine(reportOfTag(report, tag));

/** Empty if there are too few prompts for an answer. */
const answerOf = (report: Report, tag: TagReport): string[] =>
  tooFewPrompts(tag) === undefined ? [tagLine(report, tag)] : [];

const noTags = 'No tag divides the prompts. Give prompts "tags" in the suite, such as tags: [json].';

interface Figure {
  title: string;
  of: (model: ModelSummary) => string;
}

const range = (low: number | undefined, high: number | undefined, write: (n: number) => string): string =>
  low === undefined || high === undefined ? notMeasured : `${write(low)} – ${write(high)}`;

const figures: readonly Figure[] = [
  { title: 'ok', of: ({ successes, requests }) => `${successes}/${requests}` },
  { title: 'pass', of: ({ pass_rate }) => percent(pass_rate) },
  {
    title: 'pass, 95 % CI',
    of: ({ pass_rate_ci_low: low, pass_rate_ci_high: high }) => range(low, high, percent),
  },
  { title: 'E2E geomean', of: (model) => duration(model.e2e_latency_ms_geomean) },
  {
    title: 'E2E, 95 % CI',
    of: ({ e2e_latency_ms_geomean_ci_low: low, e2e_latency_ms_geomean_ci_high: high }) =>
      range(low, high, duration),
  },
  { title: 'USD/1k req', of: (model) => usd(model.cost_per_1k_requests_usd) },
];

/** Without columns that are empty for all. */
function shownFigures({ models }: TagReport): Figure[] {
  return figures.filter(({ of }) => models.some((model) => of(model) !== notMeasured));
}

const table: OutputFormat = {
  name: 'table',
  extension: '.txt',
  limits: { fitsColumns: true, tabs: false, simulated: /simulated/i },
  render(report, { columns, color }) {
    const paint = painter(color);
    const { run, tags = [] } = report;
    const parts = tags.map((tag) => {
      const names: TextColumn = {
        title: '',
        subtitle: 'model',
        align: 'left',
        cells: tag.models.map((model) => ({
          text: shorten(oneLine(cellName(model, run), 200), 24),
        })),
      };
      const cells = shownFigures(tag).map(({ title, of }): TextColumn => ({
        title: '',
        subtitle: title,
        align: 'right',
        cells: tag.models.map((model) => ({ text: of(model) })),
      }));
      return [
        ...wrapped(tagTitle(tag), columns).map((line) => paint('strong', line)),
        ...answerOf(report, tag).flatMap((line) => wrapped(line, columns)),
        ...fitting([names, ...cells], columns, (some) => textTable(some, paint)),
      ];
    });
    return paragraphs([
      ...(isSimulated(run) ? [wrapped(simulatedNotice, columns).map((line) => paint('warning', line))] : []),
      flowed([oneLine(run.suite, 80), ...runFacts(run)], columns).map((line) => paint('quiet', line)),
      ...(parts.length === 0 ? [wrapped(noTags, columns)] : parts),
    ]);
  },
};

/** The table with as many columns as fit. The last ones are dropped first. */
function fitting(
  columns: readonly TextColumn[],
  width: number,
  render: (some: readonly TextColumn[]) => string[],
): string[] {
  const cellsOf = ({ subtitle, cells }: TextColumn): number =>
    Math.max(subtitle.length, ...cells.map(({ text }) => text.length)) + 2;
  let room = width + 2;
  const shown = columns.filter((column) => {
    room -= cellsOf(column);
    return room >= 0;
  });
  return render(shown);
}

const markdown: OutputFormat = {
  name: 'markdown',
  extension: '.md',
  limits: { fitsColumns: false, tabs: false, simulated: /simulated/i },
  render(report) {
    const { run, tags = [] } = report;
    const sections = [
      `### ${code(run.suite)}`,
      ...(isSimulated(run) ? [`> [!IMPORTANT]\n> ${literal(simulatedNotice)}`] : []),
      literal(runFacts(run).join(' · ')),
      ...(tags.length === 0 ? [literal(noTags)] : tags.flatMap((tag) => tagSections(report, tag))),
    ];
    return `${sections.join('\n\n')}\n`;
  },
};

function tagSections(report: Report, tag: TagReport): string[] {
  const shown = shownFigures(tag);
  const lines = tag.models.map((model) => [
    codeCell(cellName(model, report.run)),
    ...shown.map(({ of }) => of(model)),
  ]);
  return [
    `#### ${literal(tagTitle(tag))}`,
    ...answerOf(report, tag).map((line) => `**${literal(line)}**`),
    alignedTable(
      [['model', ...shown.map(({ title }) => title)], ...lines],
      ['l', ...shown.map(() => 'r' as const)],
    ),
  ];
}

const json: OutputFormat = {
  name: 'json',
  extension: '.json',
  limits: { fitsColumns: false, tabs: false, simulated: /"routes": \[\s+"demo"/ },
  render: (report) =>
    jsonText({
      run: runObject(report.run),
      tags: (report.tags ?? []).map((tag) => ({
        tag: tag.tag,
        prompts: tag.prompts,
        needed_prompts: tag.neededPrompts,
        answer: tagLine(report, tag),
        models: tagRows([tag]).map((row) => rowObject(tagColumns.slice(2), row)),
        pairs: tag.pairs.map((pair) => rowObject(pairColumns, pair)),
      })),
    }),
};

/** `report --by tag`: one report per tag, in these formats. */
export const tagFormats: readonly OutputFormat[] = [table, markdown, json];
