import { oneLine } from '../../base/text.ts';
import type { PairRow } from '../../summary/columns.ts';
import { runFacts } from '../facts.ts';
import { painter, type Paint } from '../paint.ts';
import { isSimulated, simulatedNotice } from '../report.ts';
import { textTable, type TextCell, type TextColumn } from '../text-table.ts';
import { flowed, shorten, wrapped, type Align } from '../width.ts';
import type { ComparisonFormat, ComparisonReport } from './comparison.ts';
import {
  intervalText,
  metricsOf,
  metricTitle,
  pText,
  ratioText,
  verdictText,
  verdictTone,
} from './wording.ts';

/** For the terminal: one small table for each metric, then the ranking with its letters, then why. */
export const table: ComparisonFormat = {
  name: 'table',
  extension: '.txt',
  render(report, { columns, color }) {
    const paint = painter(color);
    const sections = [
      heading(report, columns, paint),
      ...metricsOf(report.pairs).map((metric) => metricSection(report, metric, columns, paint)),
      report.explanations.flatMap((text) => wrapped(oneLine(text), columns, '  ')),
      report.warnings.flatMap((text) =>
        wrapped(`! ${oneLine(text)}`, columns, '  ').map((line) => paint('warning', line)),
      ),
      report.pairs.length === 0
        ? ['Nothing can be compared: it takes two models, or one on two routes.']
        : wrapped(
            'A verdict needs a p of 0.05 or less, corrected for all pairs and metrics, and a 95 % interval clear of the margin. (+n): about n more prompts would settle it.',
            columns,
          ).map((line) => paint('quiet', line)),
    ];
    return `${sections
      .filter((lines) => lines.length > 0)
      .map((lines) => lines.join('\n'))
      .join('\n\n')}\n`;
  },
};

function heading({ run, before }: ComparisonReport, columns: number, paint: Paint): string[] {
  const title = before ? `${run.suite} · ${before.run_id} → ${run.run_id}` : `${run.suite} · ${run.run_id}`;
  return [
    ...wrapped(oneLine(title), columns).map((line) => paint('strong', line)),
    ...flowed(runFacts(run), columns).map((line) => paint('quiet', line)),
    ...(isSimulated(run) ? wrapped(simulatedNotice, columns).map((line) => paint('warning', line)) : []),
  ];
}

function metricSection(report: ComparisonReport, metric: string, columns: number, paint: Paint): string[] {
  const pairs = report.pairs.filter((pair) => pair.metric === metric);
  const ranking = report.groups.filter((group) => group.metric === metric).map(rankingLine);
  return [
    paint('strong', metricTitle(metric)),
    ...textTable(pairColumns(pairs, columns), paint),
    ...ranking.flatMap((line) => wrapped(line, columns, '  ')).map((line) => paint('quiet', line)),
  ];
}

/** Best first; models that share a letter were not told apart. */
function rankingLine({ route, ranking }: ComparisonReport['groups'][number]): string {
  const models = ranking.map(({ model, letters }) => `${oneLine(model, 40)} ${letters}`).join(' · ');
  return `best first (${oneLine(route, 20)}): ${models}`;
}

/** Ratio, interval, p, the longest verdict, and the gaps. */
const widthOfFigures = 54;

function pairColumns(pairs: readonly PairRow[], columns: number): TextColumn[] {
  const column = (
    subtitle: string,
    align: Align,
    cell: (pair: PairRow) => TextCell | string,
  ): TextColumn => ({
    title: '',
    subtitle,
    align,
    cells: pairs.map((pair) => {
      const made = cell(pair);
      return typeof made === 'string' ? { text: made } : made;
    }),
  });
  const nameRoom = Math.max(8, Math.floor((columns - widthOfFigures) / 2));
  const name = (text: string): string => shorten(oneLine(text, 200), nameRoom);
  return [
    column('b', 'left', ({ model_b }) => name(model_b)),
    column('a', 'left', ({ model_a }) => name(model_a)),
    column('ratio', 'right', ({ ratio }) => ratioText(ratio)),
    column('95 %', 'right', intervalText),
    column('p', 'right', ({ p_holm }) => pText(p_holm)),
    column('b is', 'left', (pair) => ({
      text: verdictText(pair),
      ...(verdictTone(pair.verdict) ? { tone: verdictTone(pair.verdict)! } : {}),
    })),
  ];
}
