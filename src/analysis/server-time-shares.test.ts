import { expect, test } from 'vitest';
import type { RequestRow } from '../journal/request-columns.ts';
import { ServerTimesCollector, type ServerTimes } from './server-time-shares.ts';
import { row } from './testing/rows.ts';

function timesOf(...rows: readonly RequestRow[]): ServerTimes[] {
  const collector = new ServerTimesCollector();
  for (const one of rows) collector.add(one);
  return collector.times();
}

/** An answer over which the server took 500 ms and we waited 512. */
const warm = (cells: Partial<RequestRow> = {}): RequestRow =>
  row({
    route: 'local',
    stream_end_ms: 512,
    e2e_latency_ms: 500,
    server_total_ms: 500,
    load_ms: 20,
    prompt_eval_ms: 80,
    eval_ms: 390,
    ...cells,
  });

test('medians of the parts, the time in none of them, and the rest of our wait', () => {
  expect(
    timesOf(
      warm({ server_queue_ms: 10 }),
      warm({ repeat: 2, eval_ms: 370, server_queue_ms: 30 }),
      warm({ repeat: 3, load_ms: 10, server_queue_ms: 20 }),
    ),
  ).toEqual([
    {
      model: 'a',
      route: 'local',
      answers: 3,
      load_ms: 20,
      prompt_eval_ms: 80,
      eval_ms: 390,
      server_queue_ms: 20,
      network_ms: 12,
      cold_loads: 0,
    },
  ]);
});

test('an answer that was not streamed ends with its body', () => {
  expect(timesOf(warm({ stream_end_ms: undefined, e2e_latency_ms: 507 }))).toMatchObject([{ network_ms: 7 }]);
});

test('what the server left out is absent', () => {
  const [times] = timesOf(warm({ load_ms: undefined }));
  expect(times).not.toHaveProperty('load_ms');
  expect(times).toMatchObject({ eval_ms: 390, cold_loads: 0 });
});

test('cold loads are counted, of the warm-up too, and are in no median', () => {
  const cold = {
    load_ms: 3000,
    server_total_ms: 3500,
    stream_end_ms: 3512,
    valid: false,
    invalid_reason: ['cold_load'],
  };
  const rows = [
    warm({ ...cold, phase: 'warmup' }),
    warm({ ...cold, load_ms: 1000, repeat: 2 }),
    warm({ repeat: 3 }),
    warm({ phase: 'warmup', load_ms: 250 }),
  ];
  expect(timesOf(...rows)).toMatchObject([
    { answers: 1, load_ms: 20, network_ms: 12, cold_loads: 2, cold_load_ms: 2000 },
  ]);
});

test('answers whose latency does not count are in no median, nor are attempts that were not the last', () => {
  const left = [
    warm({ valid: false, invalid_reason: ['client_lag'], eval_ms: 9000 }),
    warm({ status: 'truncated', valid: false, eval_ms: 9000 }),
    warm({ final: false, eval_ms: 9000 }),
  ];
  expect(timesOf(...left, warm({ repeat: 2 }))).toMatchObject([{ answers: 1, eval_ms: 390 }]);
  const [times] = timesOf(...left);
  expect(times).toEqual({ model: 'a', route: 'local', answers: 0, cold_loads: 0 });
});

test('where no server reports its times there is nothing; else each model has its own', () => {
  expect(timesOf(row({ e2e_latency_ms: 100 }))).toEqual([]);
  const rows = [warm({ model: 'b' }), row({ model: 'c' }), warm()];
  expect(timesOf(...rows).map(({ model }) => model)).toEqual(['a', 'b']);
});
