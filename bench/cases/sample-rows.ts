import { seededRandom } from '../../src/base/random.ts';
import { answerLine, type AnswerLine } from '../../src/journal/answers.ts';
import type { RequestRow } from '../../src/journal/request-columns.ts';
import { measurement } from '../../src/journal/testing/rows.ts';
import { toRow } from '../../src/journal/to-row.ts';
import { answered, type Piece } from '../../src/measure/metrics/testing/exchange.ts';
import { cell, planned, prompt } from '../../src/plan/testing/planned.ts';

export interface Sample {
  row: RequestRow;
  line: AnswerLine;
}

const cells = ['swift', 'wordy', 'thinker', 'tail'].map((id) => cell(id));
const chunks = 60;

/** An attempt as a run would record it: a stream of 60 chunks at about 50 tok/s. The same `n` gives the same one. */
export function sample(n: number, prompts: number): Sample {
  const random = seededRandom(`bench/${n}`);
  const pieces: Piece[] = [];
  for (let index = 0, at = 100 + 400 * random(); index < chunks; index++, at += 16 + 8 * random())
    pieces.push([at, 'content', 5]);
  const last = pieces.at(-1)![0];
  pieces.push([last, 'finish', 0], [last, 'usage', 0], [last, 'done', 0]);
  const usage = { promptTokens: 40, completionTokens: chunks, totalTokens: chunks + 40 };
  const exchange = answered(pieces, { usage, eventId: `event-${n}`, clientLagMs: random() });
  const repeat = 1 + Math.floor(n / (cells.length * prompts));
  const request = planned(cells[n % cells.length]!, prompt(`p${Math.floor(n / cells.length) % prompts}`), {
    repeat,
  });
  const row = toRow(measurement({ planned: request, exchange }));
  const { model, prompt_id, attempt } = row;
  return { row, line: answerLine(exchange, { model, prompt_id, repeat, attempt }, 'full') };
}
