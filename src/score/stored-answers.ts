import { readAnswerLines, answerWarnings } from '../journal/answers.ts';
import { FileState } from '../journal/file-state.ts';
import { type cellColumns, laterNames, promptIn } from '../plan/cell.ts';
import type { RequestRow } from '../journal/request-columns.ts';
import { readRequests } from '../journal/read-journal.ts';
import type { Checker } from '../check/checker.ts';
import { transformed } from '../check/transforms.ts';
import type { Prompt } from '../suite/suite.ts';
import type { StoredAnswer } from './tasks.ts';

/** The parts of a run that can be judged, and those that cannot. */
export interface StoredAnswers {
  answers: StoredAnswer[];
  /** Sentences for people: answers that are missing, or empty. */
  notes: string[];
}

export type AnswerRow = Pick<
  RequestRow,
  | (typeof cellColumns)[number]
  | 'event_id'
  | 'prompt_id'
  | 'repeat'
  | 'level'
  | 'visit'
  | 'finish_reason'
  | 'completion_tokens'
  | 'e2e_latency_ms'
  | 'passed'
>;

/** The rows of a run's good answers, by event id: measured, not warm-up. */
export async function answerRows(
  folder: string,
  wanted: (row: RequestRow) => boolean,
): Promise<Map<string, AnswerRow>> {
  const rows = new Map<string, AnswerRow>();
  for await (const row of readRequests(folder)) {
    if (row.status !== 'ok' || row.phase !== 'measure' || !wanted(row)) continue;
    const { event_id, model, route, prompt_id, repeat, level, visit } = row;
    const { finish_reason, completion_tokens, e2e_latency_ms, passed } = row;
    rows.set(event_id, {
      ...{ event_id, model, route, ...laterNames(row), prompt_id, repeat, level, visit },
      ...{ finish_reason, completion_tokens, e2e_latency_ms, passed },
    });
  }
  return rows;
}

/**
 * Answers to these prompts as judges and people see them: transformed, in the thread of the checks, and without the
 * model's reasoning.
 */
export async function storedAnswers(
  folder: string,
  prompts: ReadonlyMap<string, Prompt>,
  checker: Checker,
): Promise<StoredAnswers> {
  const rows = await answerRows(folder, ({ prompt_id }) => prompts.has(prompt_id));
  const answers = new Map<string, StoredAnswer>();
  const state = new FileState();
  let withoutPart = 0;
  for await (const { event_id, answer, tool_calls } of readAnswerLines(folder, state)) {
    const row = rows.get(event_id);
    if (!row) continue;
    const { answer: steps = [] } = promptIn(row, prompts.get(row.prompt_id)!);
    // A thread is needed only to guard against a user's own pattern.
    const text =
      steps.length === 0
        ? transformed(answer, ['strip-think'])
        : await checker.see([...steps, 'strip-think'], answer);
    if (text === undefined) withoutPart++;
    else answers.set(event_id, { row, text, toolCalls: tool_calls });
  }
  const missing = rows.size - answers.size - withoutPart;
  return {
    answers: [...answers.values()],
    notes: [
      ...answerWarnings(state),
      ...(missing > 0 ? [`${missing} answers are not stored, so they are not judged.`] : []),
      ...(withoutPart > 0
        ? [`${withoutPart} answers contain nothing that "answer" extracts, so they are not judged.`]
        : []),
    ],
  };
}
