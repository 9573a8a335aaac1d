import { oneLine } from '../../base/text.ts';
import type { PairRow } from '../../analysis/summary-columns.ts';
import { runFacts } from '../run-facts.ts';
import { painter, type Paint } from '../paint.ts';
import { isSimulated, simulatedNotice } from '../run-report.ts';
import { textTable, type TextColumn } from '../text-table.ts';
import { flowed, shorten, wrapped } from '../text-width.ts';
import type { ComparisonFormat, ComparisonReport } from './comparison.ts';
import { pairColumn } from './pair-column.ts';
import { routeSections } from './routes-table.ts';
import {
  isDifference,
  metricsOf,
  metricTitle,
  nameIn,
  nothingToCompare,
  pText,
  rangeText,
  rankingText,
  rulesOf,
  sizeText,
  verdictCell,
} from './comparison-wording.ts';

/** For the terminal: the answer, then one small table for each metric with its ranking, then why. */
export const table: ComparisonFormat = {
  name: 'table',
  extension: '.txt',
  render(report, { columns, color }) {
    const paint = painter(color);
    const sections = [
      heading(report, columns, paint),
      report.answer
        .flatMap((text) => wrapped(oneLine(text), columns, '  '))
        .map((line) => paint('strong', line)),
      ...(report.byRoute === true
        ? routeSections(report, columns, paint)
        : metricsOf(report.pairs).map((metric) => metricSection(report, metric, columns, paint))),
      report.explanations.flatMap((text) => wrapped(oneLine(text), columns, '  ')),
      report.warnings.flatMap((text) =>
        wrapped(`! ${oneLine(text)}`, columns, '  ').map((line) => paint('warning', line)),
      ),
      report.pairs.length === 0
        ? wrapped(nothingToCompare(report), columns)
        : wrapped(rulesOf(report), columns).map((line) => paint('quiet', line)),
    ];
    return `${sections
      .map((lines) => lines.join('\n'))
      .filter((text) => text !== '')
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
  const groups = report.groups.filter((group) => group.metric === metric);
  return [
    paint('strong', metricTitle(metric, report)),
    ...groups.flatMap((group) => wrapped(rankingText(group, report), columns, '  ')),
    ...textTable(pairColumns(pairs, report, columns), paint),
  ];
}

/** Ratio, interval, p, the longest verdict, and the gaps. */
const widthOfFigures = 54;

function pairColumns(pairs: readonly PairRow[], report: ComparisonReport, columns: number): TextColumn[] {
  const nameRoom = Math.max(8, Math.floor((columns - widthOfFigures) / (report.before ? 1 : 2)));
  const name = (label: string): string => shorten(oneLine(nameIn(label, report), 200), nameRoom);
  const size = pairs.some(({ metric }) => isDifference(metric)) ? 'points' : 'ratio';
  return [
    pairColumn('model', 'left', pairs, ({ model_b }) => name(model_b)),
    ...(report.before ? [] : [pairColumn('against', 'left', pairs, ({ model_a }) => name(model_a))]),
    pairColumn(size, 'right', pairs, sizeText),
    pairColumn('95 %', 'right', pairs, rangeText),
    pairColumn('p', 'right', pairs, ({ p_holm }) => pText(p_holm)),
    pairColumn('verdict', 'left', pairs, verdictCell),
  ];
}
