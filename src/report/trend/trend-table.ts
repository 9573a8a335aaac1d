import { type Ways, waysOf } from '../../plan/cell.ts';
import { displayWidth } from '../../base/display-width.ts';
import { sharesMetric } from '../../analysis/history.ts';
import type { TrendChange, TrendLine } from '../../analysis/trend.ts';
import { count, oneLine } from '../../base/text.ts';
import { watchedName } from '../gate/gate-wording.ts';
import { figureText, notMeasured, times } from '../number-text.ts';
import { type Paint, painter } from '../paint.ts';
import { simulatedNotice, type Style } from '../run-report.ts';
import { sparkline } from '../text-bars.ts';
import { type TextColumn, textTable } from '../text-table.ts';
import { shorten, wrapped, paragraphs } from '../text-width.ts';
import type { TrendReport } from './trend-report.ts';

/** The history for a terminal: a small table with sparklines for each metric, then what changed, and when. */
export function trendTable(
  reports: readonly TrendReport[],
  style: Style,
  warnings: readonly string[] = [],
): string {
  const paint = painter(style.color);
  const said = warnings.flatMap((text) => wrapped(`⚠ ${oneLine(text)}`, style.columns, '  '));
  return [
    ...(said.length > 0 ? [`${said.map((line) => paint('warning', line)).join('\n')}\n`] : []),
    ...reports.map((report) => suiteText(report, style.columns, paint)),
  ].join('\n');
}

function suiteText(report: TrendReport, columns: number, paint: Paint): string {
  const metrics = [...new Set(report.lines.map(({ metric }) => metric))];
  const changes = report.lines.flatMap((line) => changeLines(line, waysOf(report.lines)));
  const sections = [
    [
      ...wrapped(oneLine(report.suite, 80), columns).map((line) => paint('strong', line)),
      ...wrapped(`${count(report.nights, 'night')}, ${day(report.from)} to ${day(report.to)}`, columns).map(
        (line) => paint('quiet', line),
      ),
      ...(report.isSimulated ? wrapped(simulatedNotice, columns).map((line) => paint('warning', line)) : []),
    ],
    ...metrics.map((metric) => [paint('strong', metric), ...metricTable(report, metric, columns, paint)]),
    changes.length === 0
      ? wrapped('No change points: these nights show no lasting change of level.', columns)
      : changes.flatMap((text) => wrapped(text, columns, '  ')),
    report.decisions
      .flatMap((text) => wrapped(oneLine(text), columns, '  '))
      .map((line) => paint('quiet', line)),
  ];
  return paragraphs(sections);
}

const day = (at: string): string => at.slice(0, 10);

function metricTable(report: TrendReport, metric: string, columns: number, paint: Paint): TableLines {
  const lines = report.lines.filter((line) => line.metric === metric);
  const room = Math.max(12, Math.floor(columns / 4));
  const names = lines.map((line) => shorten(watchedName(line, waysOf(report.lines)), room));
  const figures = (of: (line: TrendLine) => number | undefined): string[] =>
    lines.map((line) => levelText(line, of(line)));
  const column = (subtitle: string, align: TextColumn['align'], cells: readonly string[]): TextColumn => ({
    title: '',
    subtitle,
    align,
    cells: cells.map((text) => ({ text })),
  });
  const around = [
    column('', 'left', names),
    column(
      'first',
      'right',
      figures(({ values }) => values.find(Number.isFinite)),
    ),
    column(
      'latest',
      'right',
      figures(({ values }) => values.findLast(Number.isFinite)),
    ),
  ];
  const width = (index: number): number =>
    Math.max(around[index]!.subtitle.length, ...around[index]!.cells.map(({ text }) => displayWidth(text))) +
    2;
  const left = Math.max(5, columns - width(0) - width(1) - width(2));
  const isShare = sharesMetric(metric);
  const charts = lines.map(({ values }) => sparkline(values, left, isShare ? 0.05 : 0.2));
  return textTable([...around, column('nights', 'left', charts)], paint);
}

type TableLines = string[];

export function levelText({ metric, model }: TrendLine, value: number | undefined): string {
  if (value === undefined) return notMeasured;
  if (model !== undefined) return figureText(metric, value);
  return sharesMetric(metric) ? points(value) : times(value);
}

const points = (difference: number): string =>
  `${difference < 0 ? '−' : '+'}${Number((Math.abs(difference) * 100).toFixed(1))} pp`;

/** `1.30×`. For a share `−5 pp`. */
export function sizeText({ ratio, difference }: Pick<TrendChange, 'ratio' | 'difference'>): string {
  return ratio === undefined ? points(difference ?? 0) : times(ratio);
}

/** `2026-11-20  glm e2e_latency_ms 1.30×`. */
export function changeLines(line: TrendLine, ways: Ways): string[] {
  const name = `${watchedName(line, ways)} ${line.metric}`;
  return [
    ...line.changes.map(
      (change) =>
        `↷ ${day(change.at)} ${name} ${sizeText(change)}${change.isAccepted ? ' (accepted)' : ''} · ${oneLine(change.runId, 60)}`,
    ),
    ...(line.creep
      ? [
          `↝ last 7 nights ${name} ${sizeText(line.creep)} compared with the nights to ${oneLine(line.creep.to, 60)}: a slow drift`,
        ]
      : []),
  ];
}
