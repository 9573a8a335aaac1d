import { dimensionNamed } from '../../plan/cell.ts';
import { isByWay } from '../../analysis/compared-metrics.ts';
import { alignedTable, code, codeCell, literal } from '../markdown-text.ts';
import { runFacts } from '../run-facts.ts';
import { isSimulated, simulatedNotice } from '../run-report.ts';
import {
  differenceRangeText,
  differenceText,
  isDifference,
  isOfOneModel,
  metricsOf,
  metricTitle,
  nameIn,
  nothingToCompare,
  pText,
  rangeText,
  rankingText,
  ratioRangeText,
  ratioText,
  type WayTable,
  wayTables,
  rowTitle,
  rulesOf,
  sizeText,
  verdictText,
} from './comparison-wording.ts';
import type { ComparisonFormat, ComparisonReport } from './comparison.ts';

/** For pull requests. */
export const markdown: ComparisonFormat = {
  name: 'markdown',
  extension: '.md',
  render(report) {
    const { run, before, by } = report;
    const sections = [
      before
        ? `### ${code(run.suite)}: ${code(before.run_id)} → ${code(run.run_id)}`
        : `### ${code(run.suite)}: ${by === undefined ? 'models' : dimensionNamed(by).plural} compared`,
      isSimulated(run) ? `> [!IMPORTANT]\n> ${literal(simulatedNotice)}` : '',
      literal(runFacts(run).join(' · ')),
      report.answer.map((text) => `**${literal(text)}**`).join('\n\n'),
      ...(isByWay(by) ? wayTables(report.pairs, by, run).flatMap(waySection) : metricSections(report)),
      report.explanations.map((text) => `- ${literal(text)}`).join('\n'),
      literal(report.pairs.length > 0 ? rulesOf(report) : nothingToCompare(report)),
      report.warnings.map((text) => `- ⚠ ${literal(text)}`).join('\n'),
    ];
    return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
  },
};

function metricSections(report: ComparisonReport): string[] {
  return metricsOf(report.pairs).flatMap((metric) => [
    `**${literal(metricTitle(metric, report))}**`,
    ...report.groups
      .filter((group) => group.metric === metric)
      .map((group) => literal(rankingText(group, report))),
    pairTable(report, metric),
  ]);
}

function pairTable(report: ComparisonReport, metric: string): string {
  const rows = report.pairs
    .filter((pair) => pair.metric === metric)
    .map((pair) => [
      codeCell(nameIn(pair.model_b, report)),
      ...(isOfOneModel(report) ? [] : [codeCell(nameIn(pair.model_a, report))]),
      sizeText(pair),
      rangeText(pair),
      pText(pair.p_holm),
      literal(verdictText(pair)),
    ]);
  const names = isOfOneModel(report) ? ['model'] : ['model', 'against'];
  return aligned([...names, isDifference(metric) ? 'points' : 'ratio', '95 %', 'p', 'verdict'], rows);
}

function waySection({ wayA, wayB, rows }: WayTable): string[] {
  const head = ['model', '', 'more', '95 %', 'ratio', '95 % of it', 'p', 'verdict'];
  const cells = rows.map(({ model, pair }) => [
    codeCell(model),
    literal(rowTitle(pair)),
    differenceText(pair.metric, pair.difference),
    differenceRangeText(pair),
    ratioText(pair.ratio),
    ratioRangeText(pair),
    pText(pair.p_holm),
    literal(verdictText(pair)),
  ]);
  return [`**${literal(`${wayB} − ${wayA}`)}**`, aligned(head, cells)];
}

/** Words on the left, figures on the right. */
function aligned(head: readonly string[], rows: readonly string[][]): string {
  const words = ['model', 'against', '', 'verdict'];
  return alignedTable(
    [head, ...rows],
    head.map((title) => (words.includes(title) ? 'l' : 'r')),
  );
}
