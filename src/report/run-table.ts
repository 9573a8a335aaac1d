import { oneLine } from '../base/text.ts';
import { runFacts } from './run-facts.ts';
import { legend } from './table-legend.ts';
import { modelTable } from './model-table.ts';
import { painter, type Paint } from './paint.ts';
import { isSimulated, simulatedNotice, type OutputFormat, type Report, type Style } from './run-report.ts';
import { promptCacheLines } from './prompt-caches.ts';
import { serverTimesTable } from './server-times-lines.ts';
import { thresholdLine, thresholdTones } from './threshold-lines.ts';
import { verdict } from './run-verdict.ts';
import { flowed, wrapped } from './text-width.ts';

/** For the terminal. */
export const table: OutputFormat = {
  name: 'table',
  extension: '.txt',
  render(report, style) {
    const paint = painter(style.color);
    const { lines, shown } = modelTable(report, style.columns, paint);
    const sections = [
      head(report, style, paint),
      causes(report, style, paint),
      lines,
      toned(paint, 'strong', wrapped(verdict(report), style.columns)),
      (report.thresholds ?? []).flatMap((result) =>
        toned(
          paint,
          thresholdTones[result.verdict],
          wrapped(thresholdLine(result, report.run.routes.length > 1), style.columns, '  '),
        ),
      ),
      serverTimesTable(report.serverTimes ?? [], report.run.routes.length > 1, style.columns, paint),
      promptCacheLines(report.promptCaches ?? [], report.run.routes.length > 1, style.columns, paint),
      shownWarnings(report).flatMap((text) =>
        toned(paint, 'warning', wrapped(`! ${oneLine(text)}`, style.columns, '  ')),
      ),
      toned(paint, 'quiet', flowed(legend(shown), style.columns)),
      report.run.clock === undefined
        ? []
        : toned(paint, 'quiet', wrapped(`clock: ${oneLine(report.run.clock)}`, style.columns, '  ')),
    ];
    return `${sections
      .filter((section) => section.length > 0)
      .map((section) => section.join('\n'))
      .join('\n\n')}\n`;
  },
};

function head({ run }: Report, { columns }: Style, paint: Paint): string[] {
  const about = run.description === undefined ? '' : ` · ${oneLine(run.description, 200)}`;
  return [
    ...toned(paint, 'strong', wrapped(oneLine(run.suite, 80) + about, columns)),
    ...toned(paint, 'quiet', flowed(runFacts(run), columns)),
    ...(isSimulated(run) ? toned(paint, 'warning', wrapped(simulatedNotice, columns)) : []),
  ];
}

/** The first cause comes first: before a table that has little to show. */
function causes({ causes = [] }: Report, { columns }: Style, paint: Paint): string[] {
  return causes.flatMap((text) => toned(paint, 'bad', wrapped(`✗ ${oneLine(text, 400)}`, columns, '  ')));
}

/** Beside what stopped a run so many warnings are read. */
const besideCauses = 2;

/** Where errors ended a run, what to mend is more than what to mind. */
function shownWarnings({ run, causes = [], warnings }: Report): string[] {
  const isStopped =
    causes.length > 0 && (run.status === 'incomplete' || run.requests_failed === run.requests_done);
  if (!isStopped) return [...warnings];
  return [...warnings.slice(0, besideCauses), 'Find out what is wrong: gatebench doctor'];
}

const toned = (paint: Paint, tone: Parameters<Paint>[0], lines: readonly string[]): string[] =>
  lines.filter((line) => line !== '').map((line) => paint(tone, line));
