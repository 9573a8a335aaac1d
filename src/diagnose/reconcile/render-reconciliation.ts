import { isSimulatedRoute } from '../../target/routes.ts';
import { count, oneLine } from '../../base/text.ts';
import { reconciledColumns } from '../../journal/reconciled-columns.ts';
import { compact, duration, fixed, notMeasured, percent, usd } from '../../report/number-text.ts';
import { jsonText, rowObject } from '../../report/run-json.ts';
import { type Paint, painter } from '../../report/paint.ts';
import { simulatedNotice, type Style } from '../../report/run-report.ts';
import { tableWidth, type TextCell, type TextColumn, textTable } from '../../report/text-table.ts';
import { flowed, paragraphs, shorten, warningLines, wrapped } from '../../report/text-width.ts';
import type { OllamaUsage, UsageFigures } from './ollama-usage.ts';
import type { Agreement, Reconciliation, Summary, TokenFigures } from './summary.ts';

/** For the terminal. */
export function renderReconciliation(reconciliation: Reconciliation, { columns, color }: Style): string {
  const { log, usage, warnings } = reconciliation;
  const paint = painter(color);
  const quiet = (lines: readonly string[]): string[] => lines.map((line) => paint('quiet', line));
  const sections = [
    head(reconciliation, columns, paint),
    ...(log
      ? [
          rowsTable(log.summary, paint),
          agreementTable(log.summary, paint),
          durationTable(log.summary, paint),
          quiet(wrapped(durationLegend, columns)),
        ]
      : []),
    ...(usage ? usageSections(usage, columns, paint) : []),
    log ? wrapped(sentence(log.summary), columns).map((line) => paint('strong', line)) : [],
    warningLines(warnings, columns, paint),
  ];
  return paragraphs(sections);
}

/** For programs: `{ run, log, summary, usage, rows, warnings }`. Absent parts are null. */
export function reconciliationJson({ run, log, usage, warnings }: Reconciliation): string {
  return jsonText({
    run,
    log: log ? { origin: log.origin, calls: log.calls, waited_ms: log.waitedMs } : null,
    summary: log?.summary ?? null,
    usage: usage ?? null,
    rows: log?.rows.map((row) => rowObject(reconciledColumns, row)) ?? null,
    warnings,
  });
}

function head({ run, log }: Reconciliation, columns: number, paint: Paint): string[] {
  const facts = [
    `run ${oneLine(run.run_id, 60)}`,
    run.status,
    count(run.attempts, 'attempt'),
    ...(run.not_through_gateway > 0 ? [`${run.not_through_gateway} without a gateway`] : []),
    ...(log ? [`log of ${oneLine(log.origin, 60)}`] : ['no log']),
    ...(log && log.calls > 0 ? [count(log.calls, 'call')] : []),
    ...(log && log.waitedMs > 0 ? [`waited ${duration(log.waitedMs)}`] : []),
  ];
  return [
    ...wrapped(`${oneLine(run.suite, 80)} compared with the gateway's log`, columns).map((line) =>
      paint('strong', line),
    ),
    ...flowed(facts, columns).map((line) => paint('quiet', line)),
    ...(run.routes.some(isSimulatedRoute) ? wrapped(simulatedNotice, columns) : []).map((line) =>
      paint('warning', line),
    ),
  ];
}

interface Line {
  label: string;
  cells: readonly TextCell[];
}

const number = (n: number, tone?: TextCell['tone']): TextCell => ({
  text: fixed(n, 0),
  ...(tone && n > 0 ? { tone } : {}),
});
const none: TextCell = { text: '' };

/** Lines under heads. The first column has their labels. */
function table(heads: readonly string[], lines: readonly Line[], paint: Paint): string[] {
  const labels: TextColumn = {
    title: '',
    subtitle: heads[0]!,
    align: 'left',
    cells: lines.map(({ label }) => ({ text: label })),
  };
  const figures = heads.slice(1).map((subtitle, index): TextColumn => ({
    title: '',
    subtitle,
    align: 'right',
    cells: lines.map(({ cells }) => cells[index] ?? none),
  }));
  return textTable([labels, ...figures], paint);
}

function rowsTable(summary: Summary, paint: Paint): string[] {
  const { sent, not_sent, matched, matched_by, not_in_log, not_in_run, unseen } = summary;
  const share = (n: number): TextCell => ({ text: sent > 0 ? percent(n / sent) : notMeasured });
  const line = (label: string, ...cells: TextCell[]): Line => ({ label, cells });
  const found = (label: string, n: number): Line[] =>
    n > 0 && n < matched ? [line(`  found by ${label}`, number(n))] : [];
  return table(
    ['requests', 'n', 'of sent'],
    [
      line('sent through the gateway', number(sent)),
      line('in its log', number(matched), share(matched)),
      ...found('log id', matched_by.log_id),
      ...found('event id', matched_by.event_id),
      ...found('metadata', matched_by.metadata),
      line('not in its log', number(not_in_log, 'bad'), share(not_in_log)),
      ...(not_sent > 0 ? [line('never sent', number(not_sent))] : []),
      line('in its log, not in the run', number(not_in_run, 'bad')),
      line('silently retried by the gateway', number(unseen.retried, 'bad'), share(unseen.retried)),
      line('silently served from its cache', number(unseen.cached, 'bad'), share(unseen.cached)),
      line('silently answered by another step', number(unseen.step, 'bad'), share(unseen.step)),
    ],
    paint,
  );
}

function agreementTable({ tokens_in, tokens_out, status, model }: Summary, paint: Paint): string[] {
  const equals = ({ compared, equal }: Agreement): TextCell[] => [
    number(compared),
    { text: fixed(equal, 0), ...(equal < compared ? { tone: 'bad' as const } : {}) },
  ];
  const tokens = (figures: TokenFigures): TextCell[] => [
    ...equals(figures),
    number(figures.ours),
    number(figures.log),
    { text: signed(figures.ours - figures.log, 0) },
  ];
  return table(
    ['same on both sides', 'compared', 'equal', 'ours', 'log', 'difference'],
    [
      { label: 'tokens in', cells: tokens(tokens_in) },
      { label: 'tokens out', cells: tokens(tokens_out) },
      { label: 'status', cells: equals(status) },
      { label: 'model', cells: equals(model) },
    ],
    paint,
  );
}

const durationLegend =
  "Durations: ours run from sent to the end of the stream or body, not to the first token; the gateway's are as logged. Counted are attempts with one log row, not from the cache, whose end we saw.";

function durationTable(
  { duration_ms: { compared, min, p5, p50, p95, max } }: Summary,
  paint: Paint,
): string[] {
  const ms = (value: number | null): TextCell => ({ text: value === null ? notMeasured : signed(value, 1) });
  return table(
    ['duration, ms', 'compared', 'min', 'p5', 'p50', 'p95', 'max'],
    [{ label: "ours − the gateway's", cells: [number(compared), ...[min, p5, p50, p95, max].map(ms)] }],
    paint,
  );
}

function signed(value: number, decimals: number): string {
  const text = fixed(Math.abs(value), decimals);
  if (Number(text.replaceAll(',', '')) === 0) return text;
  return `${value > 0 ? '+' : '−'}${text}`;
}

/** From this many tokens up they are abbreviated, to leave space for names. */
const manyTokens = 10_000_000;

function usageSections({ from, until, models }: OllamaUsage, columns: number, paint: Paint): string[][] {
  const hours = `${from.slice(0, 16).replace('T', ' ')} to ${until.slice(0, 16).replace('T', ' ')} UTC`;
  const cost = usd(models.reduce((sum, { provider }) => sum + provider.usd, 0));
  const note = `Ollama's own count, ${hours}, ${cost}: totals for the whole account, including anything else it did in that time.`;
  const heading = wrapped(note, columns).map((line) => paint('quiet', line));
  if (models.length === 0) return [heading];
  const sides = models.flatMap(({ ours, provider }) => [ours, provider]);
  const most = Math.max(...sides.flatMap(({ tokens_in, tokens_out }) => [tokens_in, tokens_out]));
  const write = (n: number): string => (most < manyTokens ? fixed(n, 0) : compact(n));
  const pair = (title: string, of: (side: UsageFigures) => string): TextColumn[] =>
    (['ours', 'provider'] as const).map((side) => ({
      title,
      span: title,
      subtitle: side === 'ours' ? 'ours' : 'Ollama',
      align: 'right',
      cells: models.map((model) => ({ text: of(model[side]) })),
    }));
  const figures = [
    ...pair('requests', ({ requests }) => fixed(requests, 0)),
    ...pair('tokens in', ({ tokens_in }) => write(tokens_in)),
    ...pair('tokens out', ({ tokens_out }) => write(tokens_out)),
  ];
  const room = Math.max(8, columns - tableWidth(figures) - 2);
  const names = models.map(({ model }) => ({ text: shorten(model, room) }));
  const named: TextColumn = { title: '', subtitle: 'model', align: 'left', cells: names };
  return [textTable([named, ...figures], paint), heading];
}

/** The conclusion. */
function sentence({ sent, matched, tokens_in, tokens_out, duration_ms }: Summary): string {
  if (sent === 0) return 'Nothing in this run went through a gateway.';
  const found =
    matched === sent
      ? `Every request that was sent is in the log (${fixed(sent, 0)}).`
      : `${percent(matched / sent)} of what was sent is in the log (${fixed(matched, 0)} of ${fixed(sent, 0)}).`;
  return [found, tokenSentence(tokens_in, tokens_out), durationSentence(duration_ms)]
    .filter((part) => part !== '')
    .join(' ');
}

function tokenSentence(tokensIn: TokenFigures, tokensOut: TokenFigures): string {
  const compared = Math.max(tokensIn.compared, tokensOut.compared);
  if (compared === 0) return '';
  const isEqual = ({ compared: n, equal }: Agreement): boolean => n === equal;
  if (isEqual(tokensIn) && isEqual(tokensOut))
    return `Tokens agree in all ${count(compared, 'row')} that have them.`;
  const off = (figures: TokenFigures): string =>
    figures.log === 0 ? notMeasured : `${signed((100 * (figures.ours - figures.log)) / figures.log, 1)} %`;
  return `Ours are ${off(tokensIn)} of the log's tokens in and ${off(tokensOut)} of its tokens out.`;
}

function durationSentence({ compared, p50, total_p50 }: Summary['duration_ms']): string {
  if (compared === 0 || p50 === null || total_p50 === null) return '';
  const side = p50 < 0 ? 'shorter' : 'longer';
  const share =
    total_p50 > 0 ? `, ${percent(Math.abs(p50) / total_p50)} of a median of ${duration(total_p50)}` : '';
  return `Our durations are ${duration(Math.abs(p50))} ${side} than the gateway's at the median${share}.`;
}
