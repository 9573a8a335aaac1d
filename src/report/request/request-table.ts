import { cellName } from '../../plan/cell.ts';
import { count, oneLine } from '../../base/text.ts';
import type { AnswerLine } from '../../journal/answers.ts';
import type { ReconciledRow } from '../../journal/reconciled-columns.ts';
import type { RequestRow } from '../../journal/request-columns.ts';
import { isSimulatedRoute } from '../../target/routes.ts';
import { compact, duration, fixed, usd } from '../number-text.ts';
import { type Paint, painter, type Tone } from '../paint.ts';
import { simulatedNotice, type Style } from '../run-report.ts';
import { sparkline } from '../text-bars.ts';
import { flowed, pad, wrapped, paragraphs } from '../text-width.ts';
import type { RequestReport } from './request-report.ts';
import { gapsOf, stampsOf, timeline } from './request-timeline.ts';
import { textBlock } from './text-block.ts';

/** Maximum lines of text shown. */
const mostAnswerLines = 40;
const mostReasoningLines = 10;
const mostToolCalls = 10;

/** One request for the terminal. */
export function renderRequest(report: RequestReport, { columns, color }: Style): string {
  const paint = painter(color);
  const chunks = Array.isArray(report.answer?.chunks) ? report.answer.chunks : [];
  const sections = [
    head(report, columns, paint),
    timeSection(report.row, chunks, columns, paint),
    labeled(factsOf(report), columns, paint),
    ...texts(report, columns, paint),
    labeled(receiptsOf(report.row), columns, paint),
    report.log ? logSection(report.log, columns, paint) : [],
  ];
  return paragraphs(sections);
}

function head({ run, row, attempts }: RequestReport, columns: number, paint: Paint): string[] {
  const title = [
    oneLine(cellName(row), 60),
    oneLine(row.prompt_id, 80),
    `repeat ${row.repeat}`,
    `attempt ${row.attempt}${attempts > 1 ? ` of ${attempts}` : ''}`,
  ];
  const facts = [
    `${oneLine(run.suite, 60)} ${oneLine(run.run_id, 60)}`,
    `route ${oneLine(row.route, 20)}`,
    ...(row.vantage === undefined ? [] : [`vantage ${oneLine(row.vantage, 40)}`]),
    oneLine(row.phase, 20),
    `block ${row.block}, position ${row.position}`,
    ...(row.final ? [] : ['sent again later']),
    instantText(row.started_at),
  ];
  return [
    ...flowed(title, columns).map((line) => paint('strong', line)),
    ...flowed(facts, columns).map((line) => paint('quiet', line)),
    ...(isSimulatedRoute(row.route) ? wrapped(simulatedNotice, columns) : []).map((line) =>
      paint('warning', line),
    ),
    ...outcome(row, columns, paint),
  ];
}

const instantText = (instant: string | undefined): string =>
  instant === undefined ? 'never sent' : oneLine(instant, 40).replace('T', ' ').replace('Z', ' UTC');

function outcome(row: RequestRow, columns: number, paint: Paint): string[] {
  const words = [row.status, row.http_status, row.error_family, row.error_code, row.finish_reason];
  const first = words.filter((word) => word !== undefined).map((word) => oneLine(String(word), 80));
  const tone: Tone = row.status !== 'ok' ? 'bad' : row.valid === false ? 'warning' : 'good';
  const why =
    row.valid === false
      ? [
          `left out of latencies: ${(row.invalid_reason ?? []).map((reason) => oneLine(reason, 40)).join(', ')}`,
        ]
      : [];
  const message = row.error_message === undefined ? [] : wrapped(oneLine(row.error_message, 400), columns);
  return [...flowed([...first, ...why], columns), ...message].map((line) => paint(tone, line));
}

function timeSection(row: RequestRow, chunks: AnswerLine['chunks'], columns: number, paint: Paint): string[] {
  if (row.connection_reused === undefined && row.http_status === undefined)
    return ['There was no connection, so nothing was timed.'];
  const stamps = stampsOf(row, chunks);
  const waits = [
    ...(row.waited_ms !== undefined ? [`after a wait of ${duration(row.waited_ms)}`] : []),
    connection(row),
  ].filter((part) => part !== '');
  return [
    ...flowed(waits, columns).map((line) => paint('quiet', line)),
    ...timeline(stamps, columns, paint),
    ...gapLines(chunks, row.icl_p50_ms, columns, paint),
  ];
}

function connection({ connection_reused, dns_ms, connect_ms, tls_ms }: RequestRow): string {
  if (connection_reused === undefined) return '';
  if (connection_reused) return 'open connection';
  const steps = [
    ['look-up', dns_ms],
    ['connect', connect_ms],
    ['TLS', tls_ms],
  ] as const;
  const known = steps.flatMap(([name, ms]) => (ms === undefined ? [] : [`${name} ${duration(ms)}`]));
  return `new connection${known.length > 0 ? ` (before sent: ${known.join(', ')})` : ''}`;
}

/** One bar per gap, or per longest gap of several neighbors if there are more than fit. */
function gapLines(
  chunks: AnswerLine['chunks'],
  median: number | undefined,
  columns: number,
  paint: Paint,
): string[] {
  const gaps = gapsOf(chunks);
  if (!gaps) return [];
  const label = 'gaps  ';
  const { values, longestAt, merged } = gaps;
  const each = Math.ceil(values.length / (columns - label.length));
  const bars = Array.from({ length: Math.ceil(values.length / each) }, (_, index) =>
    Math.max(...values.slice(index * each, (index + 1) * each)),
  );
  const facts = [
    `${count(values.length, 'gap')} between pieces`,
    ...(median === undefined ? [] : [`median ${duration(median)}`]),
    `longest ${duration(Math.max(...bars))} after ${duration(longestAt)}`,
    ...(merged > 0 ? [`${count(merged, 'piece')} came in the same read as the one before`] : []),
    ...(each > 1 ? [`a bar is the longest of ${each}`] : []),
  ];
  return [
    '',
    `${label}${sparkline([0, ...bars], columns).slice(1)}`,
    ...flowed(facts, columns - label.length).map((line) => paint('quiet', ' '.repeat(label.length) + line)),
  ];
}

/** Lays out several words in lines. Unknown ones are undefined. */
type Fact = readonly [label: string, text: string | readonly string[] | undefined];

/** `label  text`, one per line. Unknown facts are left out. */
function labeled(facts: readonly Fact[], columns: number, paint: Paint): string[] {
  const known = facts.filter(([, text]) => text !== undefined && text.length > 0);
  const width = Math.max(0, ...known.map(([label]) => label.length)) + 2;
  return known.flatMap(([label, text = '']) => {
    const room = columns - width;
    const [first = '', ...rest] = typeof text === 'string' ? wrapped(text, room) : flowed(text, room);
    return [`${paint('quiet', pad(label, width))}${first}`, ...rest.map((line) => ' '.repeat(width) + line)];
  });
}

function factsOf({ row }: RequestReport): Fact[] {
  const tokens = [
    part('in', row.prompt_tokens),
    part('cached', row.cached_tokens),
    part('out', row.completion_tokens),
    part('reasoning', row.reasoning_tokens),
  ].filter((text) => text !== undefined);
  const speed = row.output_tps === undefined ? [] : [`${fixed(row.output_tps, 1)} tok/s`];
  return [
    ['tokens', tokens.length > 0 ? [...tokens, ...speed] : 'not reported'],
    ['server', serverTimes(row)],
    ['cost', row.cost_usd === undefined ? undefined : usd(row.cost_usd)],
    ['checks', checks(row)],
    ...whyFailed(row),
    ['in flight', row.in_flight === undefined ? undefined : `${compact(row.in_flight)}, including this one`],
    [
      'clock',
      row.client_lag_ms === undefined
        ? undefined
        : `stamped at most ${duration(row.client_lag_ms)} late by this process`,
    ],
    [
      'server asked',
      row.retry_after_ms === undefined ? undefined : `to wait ${duration(row.retry_after_ms)}`,
    ],
  ];
}

/** The server's own times, in chronological order. They are separate from our stamps. */
function serverTimes({ server_queue_ms, load_ms, prompt_eval_ms, eval_ms }: RequestRow): string[] {
  const times = [
    ['queue', server_queue_ms],
    ['load', load_ms],
    ['prompt', prompt_eval_ms],
    ['answer', eval_ms],
  ] as const;
  const known = times.flatMap(([name, ms]) => (ms === undefined ? [] : [`${name} ${duration(ms)}`]));
  return known.length === 0 ? [] : [...known, 'as the server reported'];
}

const part = (label: string, n: number | undefined): string | undefined =>
  n === undefined ? undefined : `${fixed(n, 0)} ${label}`;

function checks({ passed, score, failed_checks }: RequestRow): string[] {
  if (passed === undefined) return ['none, or no answer to check'];
  const failed = (failed_checks ?? []).map((type) => oneLine(type, 40));
  return [
    passed ? 'passed' : 'failed',
    ...(score === undefined ? [] : [`score ${fixed(score, 2)}`]),
    ...(failed.length > 0 ? [`not passed: ${failed.join(', ')}`] : []),
  ];
}

/** One line per failed check. */
function whyFailed({ failed_checks = [], check_why = [] }: RequestRow): Fact[] {
  return check_why.map((why, place) => [
    `✗ ${oneLine(failed_checks[place] ?? 'check', 40)}`,
    oneLine(why, 220),
  ]);
}

function texts({ row, kept, answer }: RequestReport, columns: number, paint: Paint): string[][] {
  const block = (title: string, text: unknown, chars: number | undefined, most: number): string[] => {
    if (typeof text !== 'string' || text === '') return [];
    const size = count(chars ?? text.length, 'character');
    const cutShort = kept === 'preview' ? ', of which the run kept the beginning' : '';
    return [paint('strong', `${title} (${size}${cutShort})`), ...textBlock(text, most, columns, paint)];
  };
  const calls = Array.isArray(answer?.tool_calls) ? answer.tool_calls : [];
  const callLines = calls
    .slice(0, mostToolCalls)
    .flatMap((call) => textBlock(`${call.name}(${call.arguments})`, 4, columns, paint));
  const blocks = [
    block('Reasoning', answer?.reasoning, row.reasoning_chars, mostReasoningLines),
    block('Answer', answer?.answer ?? row.answer_preview, row.answer_chars, mostAnswerLines),
    callLines.length > 0 ? [paint('strong', count(calls.length, 'tool call')), ...callLines] : [],
  ];
  if (blocks.some((lines) => lines.length > 0)) return blocks;
  return [[paint('quiet', noText(row, kept))]];
}

function noText({ answer_chars, reasoning_chars }: RequestRow, kept: RequestReport['kept']): string {
  if (answer_chars === undefined && reasoning_chars === undefined) return 'There was no answer.';
  const size = `${count(answer_chars ?? 0, 'character')} of answer and ${fixed(reasoning_chars ?? 0, 0)} of reasoning`;
  return kept === 'none'
    ? `${size}; this run stores no text (answers: none).`
    : `${size}; the text was not stored.`;
}

function receiptsOf(row: RequestRow): Fact[] {
  const text = (value: string | undefined): string | undefined =>
    value === undefined ? undefined : oneLine(value, 200);
  return [
    ['event id', text(row.event_id)],
    ['gateway log id', text(row.gateway_log_id)],
    ['gateway step', text(row.gateway_step)],
    ['cache', text(row.cache_status)],
    ['cf-ray', text(row.cf_ray)],
    ['asked for', text(row.model_id)],
    ['answered by', text(row.echoed_model)],
    ['SHA-256', text(row.answer_sha256)],
  ];
}

function logSection(log: ReconciledRow, columns: number, paint: Paint): string[] {
  const title = paint('strong', "In the gateway's log (reconciled.csv)");
  if (log.match !== 'matched') return [title, log.match === 'not_sent' ? 'Never sent.' : 'It has no row.'];
  const beside = (theirs: string, difference: number | undefined, write: (n: number) => string): string =>
    difference === undefined ? theirs : `${theirs} (ours ${signedText(difference, write)})`;
  const figure = (n: number | undefined): string | undefined => (n === undefined ? undefined : fixed(n, 0));
  const word = (value: string | number | undefined): string | undefined =>
    value === undefined ? undefined : oneLine(String(value), 200);
  const facts: Fact[] = [
    ['found by', oneLine(log.matched_by ?? '', 20).replace('_', ' ')],
    ['rows', log.log_rows > 1 ? `${log.log_rows}: the gateway retried without saying so` : undefined],
    ['logged at', log.log_created_at === undefined ? undefined : instantText(log.log_created_at)],
    [
      'duration',
      log.log_duration_ms === undefined
        ? undefined
        : beside(duration(log.log_duration_ms), log.duration_difference_ms, duration),
    ],
    ['tokens in', tokensBeside(figure(log.log_tokens_in), log.tokens_in_difference, beside)],
    ['tokens out', tokensBeside(figure(log.log_tokens_out), log.tokens_out_difference, beside)],
    ['status', word(log.log_status)],
    ['model', word(log.log_model)],
    ['provider', word(log.log_provider)],
    ['cached', log.log_cached === undefined ? undefined : log.log_cached ? 'yes' : 'no'],
    ['step', word(log.log_step)],
    ['differs', log.differs?.map((name) => oneLine(name, 40).replace('_', ' ')).join(', ')],
  ];
  return [title, ...labeled(facts, columns, paint)];
}

function tokensBeside(
  theirs: string | undefined,
  difference: number | undefined,
  beside: (theirs: string, difference: number | undefined, write: (n: number) => string) => string,
): string | undefined {
  return theirs === undefined ? 'not counted' : beside(theirs, difference, (n) => fixed(n, 0));
}

function signedText(difference: number, write: (n: number) => string): string {
  if (difference === 0) return 'the same';
  return `${write(Math.abs(difference))} ${difference > 0 ? 'more' : 'less'}`;
}
