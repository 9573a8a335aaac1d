import type { Clock } from '../base/clock.ts';
import { createChecker } from '../check/checker.ts';
import { answerWarnings, readAnswerLines } from '../journal/answers.ts';
import { FileState } from '../journal/file-state.ts';
import type { RecheckedRow } from '../journal/quality-columns.ts';
import { openRechecked, readQuality } from '../journal/quality-journals.ts';
import { answerToCheck, checksOf, verdictCells } from '../journal/verdicts.ts';
import { cellKey, type Names, namesOf } from '../plan/cell.ts';
import { checksHash } from '../suite/hash.ts';
import type { Suite } from '../suite/suite.ts';
import { type AnswerRow, answerRows } from './stored-answers.ts';

/** Today's verdicts of checks on one model's stored answers, next to those of the run. */
export type RecheckLine = Names & {
  answers: number;
  /** In the run. Absent if none of them had checks. */
  passed_then?: number;
  passed_now: number;
  changed: number;
};

export interface RecheckOutcome {
  lines: RecheckLine[];
  /** Prompts with a changed verdict. */
  changedPrompts: string[];
  notes: string[];
}

/** Maximum time for one check on one answer. */
const checkDeadlineMs = 1000;

/** Checks the stored answers of a run by this suite's checks. Earlier results of the same checks are reused. */
export async function recheck(
  folder: string,
  suite: Suite,
  { clock, stop }: { clock: Clock; stop: AbortSignal },
): Promise<RecheckOutcome> {
  const checks = checksOf(suite);
  const hashes = new Map<string, string>();
  const hashOf = (row: AnswerRow): string => {
    const key = JSON.stringify([row.prompt_id, row.variant, row.version]);
    const hash = hashes.get(key) ?? checksHash(checks(row)!.prompt);
    hashes.set(key, hash);
    return hash;
  };
  const rows = await answerRows(folder, (row) => (checks(row)?.prompt.checks.length ?? 0) > 0);
  const { rechecked } = await readQuality(folder);
  const known = new Map<string, RecheckedRow>();
  for (const row of rechecked) {
    const of = rows.get(row.event_id);
    if (of && hashOf(of) === row.checks_hash) known.set(row.event_id, row);
  }
  const checker = createChecker({ deadlineMs: checkDeadlineMs });
  const log = await openRechecked(folder);
  const state = new FileState();
  try {
    for await (const { event_id, answer, tool_calls } of readAnswerLines(folder, state)) {
      if (stop.aborted) break;
      const row = rows.get(event_id);
      if (!row || known.has(event_id)) continue;
      const { prompt } = checks(row)!;
      const said = { text: answer, toolCalls: tool_calls };
      const verdict = await checker.check(prompt, answerToCheck(row, said, prompt, suite));
      const found: RecheckedRow = {
        event_id,
        checks_hash: hashOf(row),
        checked_at: clock.wall().toISOString(),
        ...verdictCells(verdict, 'full'),
      };
      await log.append(found);
      known.set(event_id, found);
    }
  } finally {
    await log.close();
    await checker.close();
  }
  return {
    ...summed(
      [...rows.values()],
      known,
      suite.models.map(({ id }) => id),
    ),
    notes: answerWarnings(state),
  };
}

type Rows = readonly AnswerRow[];

function summed(
  rows: Rows,
  known: ReadonlyMap<string, RecheckedRow>,
  models: readonly string[],
): Omit<RecheckOutcome, 'notes'> {
  const checked = rows.flatMap((row) => {
    const now = known.get(row.event_id)?.passed;
    return now === undefined ? [] : [{ ...row, now }];
  });
  const changed = checked.filter(({ passed, now }) => passed !== undefined && passed !== now);
  const lines = Array.from(
    Map.groupBy(checked, (row) => cellKey(namesOf(row))).values(),
    (own): RecheckLine => ({
      ...namesOf(own[0]!),
      answers: own.length,
      ...(own.some(({ passed }) => passed !== undefined)
        ? { passed_then: own.filter(({ passed }) => passed).length }
        : {}),
      passed_now: own.filter(({ now }) => now).length,
      changed: own.filter((row) => changed.includes(row)).length,
    }),
  );
  const place = ({ model }: RecheckLine): number => models.indexOf(model);
  const key = (line: RecheckLine): string => cellKey(line);
  lines.sort((one, other) => place(one) - place(other) || (key(one) < key(other) ? -1 : 1));
  return { lines, changedPrompts: [...new Set(changed.map(({ prompt_id }) => prompt_id))] };
}
