import { cellName, untoldIn, type Ways } from '../plan/cell.ts';
import type { PromptCache } from '../analysis/influences/prompt-cache.ts';
import type { ServerTimes } from '../analysis/server-time-shares.ts';
import { oneLine } from '../base/text.ts';
import { levelsTable } from './levels-table.ts';
import { candidateLine, choiceTones, needText } from './choice-words.ts';
import { firstLine, listName, namesIn } from './first-line.ts';
import { legend } from './model-columns.ts';
import { modelTable } from './model-table.ts';
import { duration, notMeasured } from './number-text.ts';
import { type Paint, painter } from './paint.ts';
import { runFacts } from './run-facts.ts';
import { isSimulated, type OutputFormat, type Report, simulatedNotice, type Style } from './run-report.ts';
import { placeSentences, placesOf } from './places.ts';
import { qualityLines } from './quality-table.ts';
import { speedVerdict } from './run-verdict.ts';
import { columnsOf, tableWidth, textTable } from './text-table.ts';
import { flowed, shorten, warningLines, wrapped, paragraphs } from './text-width.ts';
import { thresholdLine, thresholdTones } from './threshold-lines.ts';

/** For the terminal. */
export const table: OutputFormat = {
  name: 'table',
  extension: '.txt',
  limits: { fitsColumns: true, tabs: false, simulated: /simulated/i, answer: (answer) => `${answer}\n` },
  render(report, style) {
    const paint = painter(style.color);
    const { lines, shown } = modelTables(report, style, paint);
    const sections = [
      toned(paint, 'strong', wrapped(firstLine(report), style.columns)),
      head(report, style, paint),
      causes(report, style, paint),
      ...(report.load ? [levelsTable(report.load, report.run, style.columns, paint)] : lines),
      placeSentences(report).flatMap((text) =>
        toned(paint, 'strong', wrapped(`${text}.`, style.columns, '  ')),
      ),
      (report.thresholds ?? []).flatMap((result) =>
        toned(
          paint,
          thresholdTones[result.verdict],
          wrapped(thresholdLine(result, report.run), style.columns, '  '),
        ),
      ),
      choiceLines(report, style.columns, paint),
      qualityLines(report.quality, report.run, style.columns, paint),
      serverTimesTable(report.serverTimes ?? [], report.run, style.columns, paint),
      promptCacheLines(report.promptCaches ?? [], report.run, style.columns, paint),
      warningLines(shownWarnings(report), style.columns, paint),
      report.load ? [] : toned(paint, 'quiet', flowed(legend(shown), style.columns)),
      report.run.clock === undefined
        ? []
        : toned(paint, 'quiet', wrapped(`clock: ${oneLine(report.run.clock)}`, style.columns, '  ')),
    ];
    return paragraphs(sections);
  },
};

/** A table and its verdict for each place that the requests were sent from. */
function modelTables(
  report: Report,
  { columns }: Style,
  paint: Paint,
): { lines: string[][]; shown: string[] } {
  const tables = placesOf(report).map(({ vantage, report: own }) => {
    const { lines, shown } = modelTable(own, columns, paint);
    const title = vantage === undefined ? [] : [paint('strong', `From ${oneLine(vantage, 40)}`)];
    return {
      shown,
      lines: [[...title, ...lines], toned(paint, 'strong', wrapped(speedVerdict(own), columns))],
    };
  });
  return {
    lines: tables.flatMap(({ lines }) => lines),
    shown: [...new Set(tables.flatMap(({ shown }) => shown))],
  };
}

function head({ run }: Report, { columns }: Style, paint: Paint): string[] {
  const about = run.description === undefined ? '' : ` · ${oneLine(run.description, 200)}`;
  return [
    ...toned(paint, 'strong', wrapped(oneLine(run.suite, 80) + about, columns)),
    ...toned(paint, 'quiet', flowed(runFacts(run), columns)),
    ...(isSimulated(run) ? toned(paint, 'warning', wrapped(simulatedNotice, columns)) : []),
  ];
}

/** Three lists: models that surely meet the need, that may, and that do not. */
export function choiceLines(report: Report, columns: number, paint: Paint): string[] {
  return (report.choices ?? []).flatMap(({ need, candidates, ...list }, index) => [
    ...(index > 0 ? [] : toned(paint, 'quiet', wrapped(needText(need), columns))),
    ...(listName(list) === undefined ? [] : [paint('strong', listName(list)!)]),
    ...candidates.flatMap((candidate) =>
      toned(
        paint,
        choiceTones[candidate.word],
        wrapped(candidateLine(candidate, namesIn(report, list).named), columns, '  '),
      ),
    ),
  ]);
}

/** The first cause comes first: before a table that has little to show. */
function causes({ causes = [] }: Report, { columns }: Style, paint: Paint): string[] {
  return causes.flatMap((text) => toned(paint, 'bad', wrapped(`✗ ${oneLine(text, 400)}`, columns, '  ')));
}

/** With a run that was stopped, this many warnings are shown. */
const besideCauses = 2;

/** If errors ended a run, what to fix comes before what to note. */
function shownWarnings({ run, causes = [], warnings }: Report): string[] {
  const isStopped =
    causes.length > 0 && (run.status === 'incomplete' || run.requests_failed === run.requests_done);
  if (!isStopped) return [...warnings];
  return [...warnings.slice(0, besideCauses), 'Find out what is wrong: gatebench doctor'];
}

const toned = (paint: Paint, tone: Parameters<Paint>[0], lines: readonly string[]): string[] =>
  lines.filter((line) => line !== '').map((line) => paint(tone, line));

const matters = ({ cached_share = 0, first_ttft_ms }: PromptCache): boolean =>
  cached_share > 0 || first_ttft_ms !== undefined;

/**
 * First sends of a prompt separate from its repeats, if the server's prompt cache makes them differ. Otherwise empty.
 */
export function promptCacheLines(
  all: readonly PromptCache[],
  ways: Ways,
  columns: number,
  paint: Paint,
): string[] {
  const shown = all.filter(matters);
  if (shown.length === 0) return [];
  const of = columnsOf(shown);
  const share = ({ cached_share }: PromptCache): string =>
    cached_share === undefined ? '–' : `${(100 * cached_share).toFixed(0)} %`;
  return [
    ...wrapped("What the server's prompt cache did", columns).map((line) => paint('strong', line)),
    ...textTable(
      [
        of('model', 'left', (cache) => shorten(oneLine(cellName(cache), 200), 24)),
        ...untoldIn(ways).map(({ column: { name } }) =>
          of(name, 'left', ({ [name]: way = notMeasured }) => oneLine(way, 12)),
        ),
        of('cached tokens', 'right', share),
        ...(shown.some(({ first_ttft_ms: first }) => first !== undefined)
          ? [
              of('TTFT, first', 'right', ({ first_ttft_ms }) => duration(first_ttft_ms)),
              of('repeats', 'right', ({ later_ttft_ms }) => duration(later_ttft_ms)),
            ]
          : []),
      ],
      paint,
    ),
  ];
}

/** Server time separate from network, for models that a local Ollama answered through its own API. Otherwise empty. */
export function serverTimesTable(
  all: readonly ServerTimes[],
  ways: Ways,
  columns: number,
  paint: Paint,
): string[] {
  if (all.length === 0) return [];
  const of = columnsOf(all);
  const figures = [
    ...untoldIn(ways).map(({ column: { name } }) =>
      of(name, 'left', ({ [name]: way = notMeasured }) => oneLine(way, 12)),
    ),
    of('load', 'right', ({ load_ms }) => duration(load_ms)),
    of('prompt', 'right', ({ prompt_eval_ms }) => duration(prompt_eval_ms)),
    of('answer', 'right', ({ eval_ms }) => duration(eval_ms)),
    of('queue', 'right', ({ server_queue_ms }) => duration(server_queue_ms)),
    of('network', 'right', ({ network_ms }) => duration(network_ms)),
    of('cold loads', 'right', ({ cold_loads, cold_load_ms }) =>
      cold_loads === 0 ? '0' : `${cold_loads} × ${duration(cold_load_ms)}`,
    ),
  ];
  const room = Math.max(5, columns - tableWidth(figures) - 2);
  const names = of('model', 'left', (times) => shorten(oneLine(cellName(times), 200), room));
  return [
    ...wrapped(
      'Server time and network time, as the local Ollama reported them: medians of warm answers',
      columns,
    ).map((line) => paint('strong', line)),
    ...textTable([names, ...figures], paint),
    ...wrapped('queue: waiting for its turn on the server; network: the rest of our wait', columns).map(
      (line) => paint('quiet', line),
    ),
  ];
}
