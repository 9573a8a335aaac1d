import { expect, test } from 'vitest';
import type { AnswerLine, ChunkEntry } from '../../journal/answers.ts';
import type { RequestRow } from '../../journal/request-columns.ts';
import type { ModelSummary } from '../summary-columns.ts';
import { applyDefinitions, MeasuredRows } from './apply.ts';
import { eventsOf } from './events.ts';

/** Role at 100; four texts of 5 characters at 200, 300, 300 (same read), 500; finish 510; usage and [DONE] 520. */
const chunks: ChunkEntry[] = [
  [100, 'role', 0],
  [200, 'reasoning', 5],
  [300, 'content', 5],
  [300, 'content', 5, true],
  [500, 'content', 5],
  [510, 'finish', 0],
  [520, 'usage', 0],
  [520, 'done', 0, true],
];
const line: AnswerLine = {
  event_id: 'e',
  model: 'm',
  prompt_id: 'p',
  repeat: 1,
  attempt: 1,
  answer: '',
  reasoning: '',
  tool_calls: [],
  chunks,
};
const row = {
  event_id: 'e',
  model: 'm',
  route: 'demo',
  final: true,
  phase: 'measure',
  valid: true,
  completion_tokens: 11,
  queue_ms: 50,
} as RequestRow;

const table = {
  ...{ model: 'm', route: 'demo', ttft_ms_geomean: 201, tpot_ms: 31 },
  ...{ e2e_latency_ms_geomean: 501, output_tps: 32 },
} as ModelSummary;

function measured(...rows: RequestRow[]): MeasuredRows {
  const seen = new MeasuredRows();
  for (const one of rows) seen.add(one);
  return seen;
}

async function* each<T>(...items: T[]): AsyncGenerator<T> {
  await Promise.resolve();
  yield* items;
}

test('one stream under every definition, by sums done by hand', async () => {
  const [model] = await applyDefinitions(measured(row), each(line), [table]);
  const figures = Object.fromEntries(model!.readings.map(({ tool, figures }) => [tool, figures]));
  // Our own line equals that of the table.
  expect(figures['gatebench']).toEqual({ ttft: 201, perToken: 31, gap: 150, e2e: 501, speed: 32 });
  expect(figures['vLLM bench']).toEqual({ ttft: 100, perToken: 41, gap: 82, e2e: 510 });
  expect(figures['AIPerf']).toEqual({ ttft: 200, perToken: 30, e2e: 500, speed: 1000 / 30 });
  expect(figures['GuideLLM']).toEqual({ ttft: 200, perToken: 500 / 11, e2e: 520, speed: 11_000 / 520 });
  expect(figures['MLPerf LoadGen']).toEqual({ ttft: 250, perToken: 30, e2e: 550, speed: 1000 / 30 });
  // A quarter of the characters came first: 8.25 tokens in 300 ms.
  expect(figures['Artificial Analysis']).toMatchObject({ ttft: 200, speed: 27.5 });
});

test('without a count, or with everything in one read, no definition applies', () => {
  expect(eventsOf({ ...row, completion_tokens: undefined }, line)).toBeUndefined();
  expect(eventsOf(row, { ...line, chunks: chunks.slice(0, 2) })).toBeUndefined();
});

test('answers that are not valid stay out', async () => {
  expect(await applyDefinitions(measured({ ...row, valid: false }), each(line), [table])).toEqual([]);
});
