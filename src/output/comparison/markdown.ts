import { markdownTable } from 'markdown-table';
import stringWidth from 'string-width';
import { runFacts } from '../facts.ts';
import { code, codeCell, literal } from '../markdown-text.ts';
import { isSimulated, simulatedNotice } from '../report.ts';
import type { ComparisonFormat, ComparisonReport } from './comparison.ts';
import { intervalText, metricsOf, metricTitle, pText, ratioText, verdictText } from './wording.ts';

/** For pull requests. */
export const markdown: ComparisonFormat = {
  name: 'markdown',
  extension: '.md',
  render(report) {
    const { run, before } = report;
    const sections = [
      before
        ? `### ${code(run.suite)}: ${code(before.run_id)} → ${code(run.run_id)}`
        : `### ${code(run.suite)}: models compared`,
      isSimulated(run) ? `> [!IMPORTANT]\n> ${literal(simulatedNotice)}` : '',
      literal(runFacts(run).join(' · ')),
      ...metricsOf(report.pairs).flatMap((metric) => [
        `**${literal(metricTitle(metric))}**`,
        pairTable(report, metric),
      ]),
      report.explanations.map((text) => `- ${literal(text)}`).join('\n'),
      report.pairs.length > 0 ? literal('(+n): about n more prompts would settle it.') : '',
      report.warnings.map((text) => `- ⚠ ${literal(text)}`).join('\n'),
    ];
    return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
  },
};

function pairTable({ pairs }: ComparisonReport, metric: string): string {
  const rows = pairs
    .filter((pair) => pair.metric === metric)
    .map((pair) => [
      codeCell(pair.model_b),
      codeCell(pair.model_a),
      ratioText(pair.ratio),
      intervalText(pair),
      pText(pair.p_holm),
      literal(verdictText(pair)),
    ]);
  return markdownTable([['b', 'a', 'ratio', '95 %', 'p', 'b is'], ...rows], {
    align: ['l', 'l', 'r', 'r', 'r', 'l'],
    stringLength: stringWidth,
  });
}
