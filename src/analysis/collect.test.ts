import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import type { RequestRow } from '../journal/request-columns.ts';
import { collect } from './collect.ts';
import { collected, failedRow, row } from './testing/rows.ts';

const promptOf = (run: Awaited<ReturnType<typeof collect>>) => run.cells[0]!.prompts.get('p1')!;

test('warm-up and attempts that were tried again do not count', async () => {
  const run = await collected(
    row({ phase: 'warmup', repeat: 9, e2e_latency_ms: 1 }),
    failedRow({ final: false, attempt: 1 }),
    row({ attempt: 2, e2e_latency_ms: 200 }),
  );
  expect(promptOf(run).measured('e2e_latency_ms')).toEqual([200]);
  expect(promptOf(run).failures).toBe(0);
});

test('an invalid answer is not a failure, but gives no latency; its tokens count', async () => {
  const run = await collected(
    row({ valid: false, invalid_reason: ['cache_hit', 'buffered'], e2e_latency_ms: 3, total_tokens: 10 }),
    row({ repeat: 2, e2e_latency_ms: 200, total_tokens: 11 }),
  );
  const samples = promptOf(run);
  expect(samples.failures).toBe(0);
  expect(samples.measured('e2e_latency_ms')).toEqual([200]);
  expect(samples.reported('total_tokens')).toEqual([10, 11]);
  expect(samples.sound).toEqual({ hits: 1, total: 2 });
  expect(samples.invalidReasons).toEqual(
    new Map([
      ['cache_hit', 1],
      ['buffered', 1],
    ]),
  );
});

test("what another model answered is neither this one's latency, nor its tokens, nor its passes", async () => {
  const run = await collected(
    row({ valid: false, invalid_reason: ['other_model'], total_tokens: 10, passed: true }),
    row({ repeat: 2, total_tokens: 11, passed: false }),
  );
  expect(promptOf(run).reported('total_tokens')).toEqual([11]);
  expect(promptOf(run).passed).toEqual({ hits: 0, total: 1 });
  expect(promptOf(run).own).toBe(1);
});

test('a request that was asked again counts by its last final row', async () => {
  const run = await collected(failedRow(), row({ e2e_latency_ms: 200 }));
  expect(promptOf(run).requests).toBe(1);
  expect(promptOf(run).failures).toBe(0);
  expect(promptOf(run).measured('e2e_latency_ms')).toEqual([200]);
});

test("a failure's own measurements are dropped, with those that it replaces", async () => {
  const run = await collected(row({ e2e_latency_ms: 200 }), failedRow({ e2e_latency_ms: 7 }));
  expect(promptOf(run).measured('e2e_latency_ms')).toEqual([]);
  expect(promptOf(run).failures).toBe(1);
});

test('requests that we gave up are counted apart, unless they were answered later', async () => {
  const run = await collected(
    failedRow({ status: 'cancelled', repeat: 1 }),
    failedRow({ status: 'cancelled', repeat: 2 }),
    row({ repeat: 2 }),
  );
  expect(run.cells[0]).toMatchObject({ canceled: 1 });
  expect(promptOf(run).requests).toBe(1);
});

test.each([true, false])(
  'a request that this machine could not send is not a failure of the model (final: %s)',
  async (final) => {
    const run = await collected(
      failedRow({ error_family: 'client', error_code: 'EMFILE', final }),
      failedRow({ error_family: 'client', error_code: 'EMFILE', final, attempt: 2 }),
      row({ attempt: 3 }),
    );
    expect(run.cells[0]).toMatchObject({ unsent: 2 });
    expect(promptOf(run)).toMatchObject({ requests: 1, failures: 0 });
  },
);

test('every attempt that was refused for the rate counts, tried again or not', async () => {
  const run = await collected(
    failedRow({ status: 'rate_limited', final: false }),
    failedRow({ status: 'rate_limited', attempt: 2 }),
  );
  expect(run.cells[0]?.rateLimited).toBe(2);
});

test('a missing number is not a zero', async () => {
  const run = await collected(row({ completion_tokens: 0, ttft_ms: undefined }));
  expect(promptOf(run).reported('completion_tokens')).toEqual([0]);
  expect(promptOf(run).measured('ttft_ms')).toEqual([]);
  expect(promptOf(run).passed).toEqual({ hits: 0, total: 0 });
});

test('cells and prompts come in the same order whatever the order of the rows', async () => {
  const rows = [row({ model: 'b' }), row({ model: 'a', prompt_id: 'z' }), row({ route: 'direct' }), row()];
  const names = async (list: RequestRow[]) =>
    (await collect(list)).cells.map(({ model, route, prompts }) =>
      [model, route, ...prompts.keys()].join(' '),
    );
  expect(await names(rows)).toEqual(['a compat p1 z', 'a direct p1', 'b compat p1']);
  expect(await names(rows.toReversed())).toEqual(await names(rows));
});

test('a column beyond the usual ones is collected on demand, and refused without', async () => {
  const run = await collect([row({ queue_ms: 4 })], { columns: ['queue_ms'] });
  expect(promptOf(run).reported('queue_ms')).toEqual([4]);
  expect(() => promptOf(run).reported('dns_ms')).toThrow(RangeError);
});

test('a run without rows is empty, not an error', async () => {
  expect(await collect([])).toEqual({ runId: '', suite: '', suiteHash: '', cells: [] });
});

test('rows are not kept: what is held is numbers, some two hundred bytes a request', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const held = (): number => {
    collectGarbage();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const requests = 100_000;
  function* rows(): Generator<RequestRow> {
    for (let index = 0; index < requests; index++)
      yield row({
        model: `m${index % 4}`,
        prompt_id: `p${Math.floor(index / 4) % 25}`,
        repeat: Math.floor(index / 100) + 1,
        e2e_latency_ms: index,
        answer_preview: `${index}`.padEnd(200, '.'),
      });
  }
  const before = held();
  const run = await collect(rows());
  expect((held() - before) / requests).toBeLessThan(300);
  expect(run.cells[0]!.prompts.get('p0')!.requests).toBe(1000);
});
