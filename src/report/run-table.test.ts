import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import type { ServerTimes } from '../analysis/server-time-shares.ts';
import { painter } from './paint.ts';
import { json } from './run-json.ts';
import { serverTimesTable, table } from './run-table.ts';
import { latencies, run, summary } from './testing/sample-reports.ts';

const llama: ServerTimes = {
  model: 'llama',
  route: 'local',
  answers: 24,
  load_ms: 21.4,
  prompt_eval_ms: 61,
  eval_ms: 1312,
  server_queue_ms: 3.5,
  network_ms: 1.25,
  cold_loads: 2,
  cold_load_ms: 2100,
};
const cold: ServerTimes = {
  model: '世界'.repeat(30),
  route: 'local',
  answers: 0,
  cold_loads: 6,
  cold_load_ms: 900,
};

test("one line for each model, in the terminal's width", () => {
  const lines = serverTimesTable(
    [llama, cold, { ...cold, cold_loads: 0 }],
    { routes: ['local', 'demo'] },
    80,
    painter(false),
  );
  expect(lines.join('\n')).toMatchInlineSnapshot(`
    "Server time and network time, as the local Ollama reported them: medians of warm
    answers
    model              route     load   prompt  answer    queue  network  cold loads
    ────────────────────────────────────────────────────────────────────────────────
    llama              local  21.4 ms  61.0 ms  1.31 s  3.50 ms  1.25 ms  2 × 2.10 s
    世界世界…世界世界  local        –        –       –        –        –  6 × 900 ms
    世界世界…世界世界  local        –        –       –        –        –           0
    queue: waiting for its turn on the server; network: the rest of our wait"
  `);
  expect(Math.max(...lines.map((line) => stringWidth(line)))).toBeLessThanOrEqual(80);
});

test('is left out of a report without', () => {
  expect(serverTimesTable([], {}, 80, painter(false))).toEqual([]);
});

test('is in the table below the verdict, and in JSON with null if nothing was reported', () => {
  const report = {
    run: run({ routes: ['local'] }),
    models: [summary('llama', latencies(100, 1000, 2))],
    pairs: [],
    warnings: [],
    serverTimes: [llama, cold],
  };
  expect(table.render(report, { columns: 80, color: false })).toContain('2 × 2.10 s');
  expect(
    (JSON.parse(json.render(report, { columns: 80, color: false })) as { server_times: unknown })
      .server_times,
  ).toEqual([
    llama,
    { ...cold, load_ms: null, prompt_eval_ms: null, eval_ms: null, server_queue_ms: null, network_ms: null },
  ]);
});
