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

/** The cells that checks fill in a row. Reasons quote the answer: where none of it may be stored, they are left out. */
export function verdictCells(
  { passed, score, failedChecks, reasons }: Verdict,
  answers: RunSettings['answers'],
): Omit<VerdictRow, 'event_id'> {
  if (failedChecks.length === 0) return { passed, score, failed_checks: undefined, check_why: undefined };
  // A cell joins its words by semicolons.
  const why = reasons.map((reason) => reason.replaceAll(';', ','));
  return { passed, score, failed_checks: failedChecks, check_why: answers === 'none' ? undefined : why };
}

/** The same of a version of a prompt that has no checks. */
export const notChecked: Omit<VerdictRow, 'event_id'> = {
  passed: undefined,
  score: undefined,
  failed_checks: undefined,
  check_why: undefined,
};

/** A verdict as it may be kept: its reasons may quote a secret that the answer repeats. */
export function redactedVerdict(verdict: VerdictRow, redact: Redact): VerdictRow {
  return { ...verdict, ...redactedDeep({ check_why: verdict.check_why }, redact) };
}

/** What of a row checks may look at. */
export type CheckedRow = Pick<
  RequestRow,
  | ('event_id' | 'model' | 'prompt_id' | 'variant' | 'version')
  | ('finish_reason' | 'completion_tokens' | 'e2e_latency_ms')
>;

/** What checks look at. The same from a row in memory and from one that was read: durations as they stand in the file. */
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

/** The tools of its request, where some check asks for them: they may be long. */
function toolsToCheck(
  row: CheckedRow,
  { checks, params }: Prompt,
  suite: Pick<Suite, 'models' | 'variants'>,
): unknown {
  if (!checks.some(({ type }) => type === 'tool-arguments-valid')) return undefined;
  const model = suite.models.find(({ id }) => id === row.model);
  return { ...params, ...(model && modelIn(row, model, suite).params) }['tools'];
}

/** Verdicts as they are given, each appended. A kill loses at most those that were being written: they are given again. */
export class VerdictLog {
  readonly #open: () => Promise<AppendLog<VerdictRow>>;
  #log: Promise<AppendLog<VerdictRow>> | undefined;

  constructor(folder: string, disk: Disk = localDisk) {
    const files = { table: join(folder, runFiles.verdicts), columns: verdictColumns };
    this.#open = () => AppendLog.open(files, disk);
  }

  /** Resolves when the verdict is in the file; rejects when the disk refuses. */
  async append(row: VerdictRow): Promise<void> {
    // The file is made by the first verdict: a run without checks has none.
    await (await (this.#log ??= this.#open())).append(row);
  }

  async close(): Promise<void> {
    await (await this.#log?.catch(() => undefined))?.close();
  }
}

/** Verdicts that stand beside the rows of a run, by event id. Empty once they have moved into the rows. */
export async function readVerdicts(folder: string): Promise<ReadonlyMap<string, VerdictRow>> {
  const path = join(folder, runFiles.verdicts);
  const verdicts = new Map<string, VerdictRow>();
  if (!(await isThere(path))) return verdicts;
  // A damaged verdict is none: its answer counts as not checked yet.
  const options = { state: new FileState(), isJournal: true };
  for await (const verdict of readCsv<VerdictRow>(path, verdictColumns, options))
    verdicts.set(verdict.event_id, verdict);
  return verdicts;
}

/** A row with the verdict that stands beside it, if one does. */
export function withVerdict(row: RequestRow, verdicts: ReadonlyMap<string, VerdictRow>): RequestRow {
  const verdict = verdicts.get(row.event_id);
  if (!verdict) return row;
  const { good = row.good, passed_now = row.passed_now } = verdict;
  return { ...row, ...verdict, good, passed_now };
}

/** To be called when all of them stand in the rows. */
export async function removeVerdicts(folder: string, disk: Disk = localDisk): Promise<void> {
  await disk.remove(join(folder, runFiles.verdicts));
}

/** What the answer of one row is checked by. */
export interface RowChecks {
  /** As it was asked, with the checks of its own version. */
  prompt: Prompt;
  /** With the current checks, where they are others. */
  byNow?: Prompt;
}

/** What each row's answer is checked by: undefined where there are no checks. */
export type ChecksOf = (row: Pick<RequestRow, 'prompt_id' | 'variant' | 'version'>) => RowChecks | undefined;

export function checksOf({ prompts }: Pick<Suite, 'prompts'>): ChecksOf {
  const byId = new Map(prompts.map((prompt) => [prompt.id, prompt]));
  // Of versions, as they are few, and to compare them costs more than to check an answer.
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

/** Whether a row has an answer that checks are to decide, and no verdict. */
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
