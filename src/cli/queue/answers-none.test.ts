import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RequestRow } from '../../journal/request-columns.ts';
import { fillerPieces } from '../../mock/dialects.ts';
import { everWritten, startRedis, withoutRedis } from '../../queue/testing/queue-servers.ts';
import { gatebench, scratch } from '../testing/gatebench.ts';
import { finalPlaces, rowsSoFar } from '../testing/kills.ts';
import { token, trial } from './testing/trial.ts';

const sim = (answerFrames: number): string =>
  `custom-ollama/sim-exact?ttftMs=5&gapMs=1&reasoningFrames=6&answerFrames=${answerFrames}`;
const suite = {
  version: 1,
  name: 'trial',
  models: [
    { id: 'a', model: sim(8) },
    { id: 'b', model: sim(12) },
  ],
  defaults: { params: { max_tokens: 50 } },
  prompts: [
    { id: 'right', prompt: 'Question one?', checks: [{ type: 'starts-with', value: 'Here' }] },
    { id: 'wrong', prompt: 'Question two?', checks: [{ type: 'starts-with', value: 'There' }] },
    { id: 'free', prompt: 'Question three?' },
  ],
  run: { repeat: 1, warmup: 0, concurrency: 4, answers: 'none' },
};

/** Columns that depend on the texts of an answer. */
const said = (row: RequestRow): unknown => [
  ...[
    row.model,
    row.prompt_id,
    row.status,
    row.valid,
    row.passed,
    row.score,
    row.failed_checks,
    row.check_why,
  ],
  ...[row.answer_sha256, row.answer_chars, row.reasoning_chars, row.answer_preview, row.completion_tokens],
  row.stream_notes?.includes('hidden_reasoning') ?? false,
];

test.skipIf(withoutRedis !== undefined)(
  'answers: none: the worker checks, no text of an answer is in the data of the server, and rows say the same',
  async () => {
    await using cwd = await scratch();
    await using queue = await startRedis();
    await using t = await trial(cwd.path, queue.url, suite);
    const worker = t.worker();
    const { code, stderr } = await t.run().finished;
    worker.stop();
    await worker.finished;
    expect(code, stderr).toBe(0);
    const rows = await t.rows();

    const written = everWritten(queue);
    expect(written).toContain('answerSha256');
    // All answers, and all reasoning, begin like this.
    expect(written).not.toContain(fillerPieces(4).join(''));

    const local = await gatebench(
      ['run', 'trial.yaml', '--seed', '7', '--out', 'local', '--base-url', `${t.mockUrl}/v1/acc/gw/compat`],
      cwd.path,
      { CF_AIG_TOKEN: token },
    );
    expect(local.code, local.stderr).toBe(0);
    const own = await rowsSoFar(join(cwd.path, 'local'));
    expect(finalPlaces(rows)).toEqual(finalPlaces(own));
    const byKey = (all: RequestRow[]): unknown[] =>
      all
        .map(said)
        .map((one) => JSON.stringify(one))
        .toSorted();
    expect(byKey(rows)).toEqual(byKey(own));
    const verdicts = rows.map(({ passed }) => String(passed)).toSorted();
    expect(verdicts).toEqual(['false', 'false', 'true', 'true', 'undefined', 'undefined']);
  },
);
