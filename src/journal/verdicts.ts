import { join } from 'node:path';
import { type Redact, redactedDeep } from '../base/redact.ts';
import type { Answer, Verdict } from '../check/check.ts';
import { modelIn, promptIn } from '../plan/cell.ts';
import { changeOf } from '../suite/revision/against.ts';
import type { Prompt, RunSettings, Suite } from '../suite/suite.ts';
import { AppendLog } from './append-log.ts';
import { verdictColumns, type RequestRow, type VerdictRow } from './request-columns.ts';
import { localDisk, type Disk } from './disk.ts';
import { FileState } from './file-state.ts';
import { readCsv } from './read-csv.ts';
import { isThere, runFiles } from './run-folder.ts';

/** Cells of a row that checks fill in. Reasons quote the answer, so they are left out if none of it may be stored. */
export function verdictCells(
  { passed, score, failedChecks, reasons }: Verdict,
  answers: RunSettings['answers'],
): Omit<VerdictRow, 'event_id'> {
  if (failedChecks.length === 0) return { passed, score, failed_checks: undefined, check_why: undefined };
  // A cell joins its words with semicolons.
  const why = reasons.map((reason) => reason.replaceAll(';', ','));
  return { passed, score, failed_checks: failedChecks, check_why: answers === 'none' ? undefined : why };
}

/** As above, for a version of a prompt without checks. */
export const notChecked: Omit<VerdictRow, 'event_id'> = {
  passed: undefined,
  score: undefined,
  failed_checks: undefined,
  check_why: undefined,
};

/** A verdict that may be stored: its reasons may quote a secret that the answer repeats. */
export function redactedVerdict(verdict: VerdictRow, redact: Redact): VerdictRow {
  return { ...verdict, ...redactedDeep({ check_why: verdict.check_why }, redact) };
}

/** Fields of a row that checks may read. */
export type CheckedRow = Pick<
  RequestRow,
  | ('event_id' | 'model' | 'prompt_id' | 'variant' | 'version')
  | ('finish_reason' | 'completion_tokens' | 'e2e_latency_ms')
>;

/** The input of checks. Identical for a row in memory and one that was read: durations as in the file. */
export function answerToCheck(
  row: CheckedRow,
  said: Pick<Answer, 'text' | 'toolCalls'>,
  prompt: Prompt,
  suite: Pick<Suite, 'models' | 'variants'>,
): Answer {
  const { finish_reason, completion_tokens, e2e_latency_ms } = row;
  const tools = toolsToCheck(row, prompt, suite);
  return {
    ...said,
    finishReason: finish_reason ?? '',
    ...(completion_tokens === undefined ? {} : { completionTokens: completion_tokens }),
    ...(e2e_latency_ms === undefined ? {} : { e2eLatencyMs: Math.round(e2e_latency_ms * 1000) / 1000 }),
    ...(tools === undefined ? {} : { tools }),
  };
}

/** The tools of its request, if a check needs them: they may be long. */
function toolsToCheck(
  row: CheckedRow,
  { checks, params }: Prompt,
  suite: Pick<Suite, 'models' | 'variants'>,
): unknown {
  if (!checks.some(({ type }) => type === 'tool-arguments-valid')) return undefined;
  const model = suite.models.find(({ id }) => id === row.model);
  return { ...params, ...(model && modelIn(row, model, suite).params) }['tools'];
}

/** Appends verdicts as they come. A kill loses at most those being written: they are then checked again. */
export class VerdictLog {
  readonly #open: () => Promise<AppendLog<VerdictRow>>;
  #log: Promise<AppendLog<VerdictRow>> | undefined;

  constructor(folder: string, disk: Disk = localDisk) {
    const files = { table: join(folder, runFiles.verdicts), columns: verdictColumns };
    this.#open = () => AppendLog.open(files, disk);
  }

  /** Resolves when the verdict is in the file. Rejects if the disk refuses. */
  async append(row: VerdictRow): Promise<void> {
    // The file is made by the first verdict: a run without checks has none.
    await (await (this.#log ??= this.#open())).append(row);
  }

  async close(): Promise<void> {
    await (await this.#log?.catch(() => undefined))?.close();
  }
}

/** Verdicts of a run that are not in its rows yet, by event id. Empty after they have moved into the rows. */
export async function readVerdicts(folder: string): Promise<ReadonlyMap<string, VerdictRow>> {
  const path = join(folder, runFiles.verdicts);
  const verdicts = new Map<string, VerdictRow>();
  if (!(await isThere(path))) return verdicts;
  // A damaged verdict does not count: its answer is not checked yet.
  const options = { state: new FileState(), isJournal: true };
  for await (const verdict of readCsv<VerdictRow>(path, verdictColumns, options))
    verdicts.set(verdict.event_id, verdict);
  return verdicts;
}

/** A row with its separate verdict, if there is one. */
export function withVerdict(row: RequestRow, verdicts: ReadonlyMap<string, VerdictRow>): RequestRow {
  const verdict = verdicts.get(row.event_id);
  if (!verdict) return row;
  const { good = row.good, passed_now = row.passed_now } = verdict;
  return { ...row, ...verdict, good, passed_now };
}

/** Call when all of them are in the rows. */
export async function removeVerdicts(folder: string, disk: Disk = localDisk): Promise<void> {
  await disk.remove(join(folder, runFiles.verdicts));
}

/** The checks that apply to one row's answer. */
export interface RowChecks {
  /** The checks of its own version. */
  prompt: Prompt;
  /** The current checks, if they differ. */
  byNow?: Prompt;
}

/** The checks that apply to each row's answer. Undefined if there are none. */
export type ChecksOf = (row: Pick<RequestRow, 'prompt_id' | 'variant' | 'version'>) => RowChecks | undefined;

export function checksOf({ prompts }: Pick<Suite, 'prompts'>): ChecksOf {
  const byId = new Map(prompts.map((prompt) => [prompt.id, prompt]));
  // Cached by version: there are few, and comparing them costs more than checking an answer.
  const changed = new Set(prompts.filter((prompt) => changeOf(prompt).checks).map(({ id }) => id));
  return (row) => {
    const asked = byId.get(row.prompt_id);
    if (!asked) return undefined;
    const prompt = promptIn(row, asked);
    const { answer, checks } = asked;
    const isOther = row.version === 'before' && changed.has(asked.id) && checks.length > 0;
    if (prompt.checks.length === 0 && !isOther) return undefined;
    return { prompt, ...(isOther ? { byNow: { ...prompt, answer: answer ?? [], checks } } : {}) };
  };
}

/** Whether a row has an answer to check, and no verdict. */
export function isUnchecked(
  row: Pick<RequestRow, 'status' | 'passed' | 'passed_now' | 'prompt_id' | 'variant' | 'version'>,
  checksOf: ChecksOf,
): boolean {
  if (row.status !== 'ok') return false;
  const by = checksOf(row);
  if (!by) return false;
  return (
    (by.prompt.checks.length > 0 && row.passed === undefined) ||
    (by.byNow !== undefined && row.passed_now === undefined)
  );
}
