import { join } from 'node:path';
import { defined } from '../base/defined.ts';
import { oneLine } from '../base/text.ts';
import { exitCode, type ExitCode, UserError } from '../base/user-error.ts';
import { findAnswers } from '../journal/answers.ts';
import { readManifest } from '../journal/manifest.ts';
import { readCsv } from '../journal/read-csv.ts';
import { reconciledColumns, type ReconciledRow } from '../journal/reconciled-columns.ts';
import type { RequestRow } from '../journal/request-columns.ts';
import { keyOf, readRequests } from '../journal/read-journal.ts';
import { findRun, isThere, runFiles } from '../journal/run-folder.ts';
import { requestJson } from '../report/request/request-report.ts';
import type { RequestReport } from '../report/request/request-report.ts';
import { renderRequest } from '../report/request/request-table.ts';
import type { ReportFlags } from './commands/report-command.ts';
import type { Io } from './io.ts';
import { styleFor } from './terminal.ts';
import { writeOut } from './write-out.ts';

/** Maximum number of requests named for an ambiguous prefix. */
const mostNamed = 5;

/** `gatebench report RUN --request EVENT_ID`: one complete attempt. */
export async function executeRequest(
  { run, format, out, results, color }: ReportFlags,
  eventId: string,
  io: Io,
): Promise<ExitCode> {
  if (format !== 'table' && format !== 'json')
    throw new UserError(`--request is shown as table or json, not as ${format}.`);
  const report = await requestReport(await findRun(run, results), eventId);
  const style = styleFor(out, color, io);
  await writeOut(format === 'json' ? requestJson(report) : renderRequest(report, style), out, io);
  return exitCode.done;
}

async function requestReport(folder: string, eventId: string): Promise<RequestReport> {
  const { run_id, suite, suite_hash, started_at } = await readManifest(folder);
  const rows = await Array.fromAsync(readRequests(folder));
  const row = theOne(rows, eventId);
  const key = keyOf(row);
  return {
    run: { run_id, suite: suite.name, suite_hash, started_at },
    row,
    attempts: rows.filter((other) => keyOf(other) === key).length,
    kept: suite.run.answers,
    ...defined({
      answer: (await findAnswers(folder, new Set([row.event_id]))).get(row.event_id),
      log: await logRowOf(folder, row.event_id),
    }),
  };
}

/**
 * The attempt with this event id, or the only one whose id begins like this. `slowest`: the measured request with the
 * longest E2E latency. `PROMPT/MODEL` or `PROMPT/MODEL/REPEAT`: the slowest of these. Throws a UserError if there is
 * none.
 */
function theOne(rows: readonly RequestRow[], eventId: string): RequestRow {
  const wanted = eventId.trim().toLowerCase();
  if (wanted === '')
    throw new UserError('--request takes an event id from requests.csv, slowest, or PROMPT/MODEL.');
  if (wanted === 'slowest')
    return slowestOf(
      rows.filter(({ phase }) => phase === 'measure'),
      'this run',
    );
  const named = rows.filter(({ prompt_id, model, repeat }) =>
    [`${prompt_id}/${model}`, `${prompt_id}/${model}/${repeat}`].some(
      (name) => name.toLowerCase() === wanted,
    ),
  );
  return named.length > 0 ? slowestOf(named, oneLine(eventId, 60)) : byId(rows, eventId, wanted);
}

/** The longest answer. If none was measured, the last attempt. */
function slowestOf(rows: readonly RequestRow[], where: string): RequestRow {
  const measured = rows.filter(({ e2e_latency_ms }) => e2e_latency_ms !== undefined);
  const slowest = measured.toSorted((a, b) => b.e2e_latency_ms! - a.e2e_latency_ms!)[0] ?? rows.at(-1);
  if (slowest === undefined) throw new UserError(`${where} has no measured request yet.`);
  return slowest;
}

function byId(rows: readonly RequestRow[], eventId: string, wanted: string): RequestRow {
  const found = rows.filter(({ event_id }) => event_id.toLowerCase().startsWith(wanted));
  const whole = found.find(({ event_id }) => event_id.toLowerCase() === wanted);
  if (whole) return whole;
  if (found.length === 1) return found[0]!;
  const asked = oneLine(eventId, 60);
  if (found.length === 0)
    throw new UserError(
      `"${asked}" is neither the beginning of an event id nor a PROMPT/MODEL of this run; ` +
        'see requests.csv, or use --request slowest.',
    );
  const named = found
    .slice(0, mostNamed)
    .map(
      ({ event_id, model, prompt_id, repeat, attempt }) =>
        `  ${oneLine(event_id, 60)}  ${oneLine(model, 40)}, ${oneLine(prompt_id, 40)}, repeat ${repeat}, attempt ${attempt}`,
    );
  const more = found.length > mostNamed ? [`  … and ${found.length - mostNamed} more`] : [];
  throw new UserError(
    [`"${asked}" begins the event ids of ${found.length} requests; type more of it:`, ...named, ...more].join(
      '\n',
    ),
  );
}

/** Undefined if the run was not reconciled, or not since this request was sent. */
async function logRowOf(folder: string, eventId: string): Promise<ReconciledRow | undefined> {
  const path = join(folder, runFiles.reconciled);
  if (!(await isThere(path))) return undefined;
  for await (const row of readCsv<ReconciledRow>(path, reconciledColumns))
    if (row.event_id === eventId) return row;
  return undefined;
}
