import { expect, test } from 'vitest';
import { collected, failedRow, latencies, row } from '../../analysis/testing/rows.ts';
import { mostPrompts, promptPictures } from './prompt-dots.ts';

test('each prompt has the median of each cell, the slowest prompt first', async () => {
  const runs = await collected(
    ...latencies('a', [10, 30]),
    row({ model: 'a', prompt_id: 'p0', repeat: 2, e2e_latency_ms: 20 }),
    ...latencies('b', [40, 50]),
  );
  const { prompts, asked } = promptPictures(runs).e2e_latency_ms;
  expect(asked).toBe(2);
  expect(prompts).toEqual([
    { promptId: 'p1', medians: [30, 50] },
    { promptId: 'p0', medians: [15, 40] },
  ]);
});

test('a prompt on which a cell failed more than half has no finite median there', async () => {
  const runs = await collected(...latencies('a', [10]), failedRow({ model: 'b', prompt_id: 'p0' }));
  expect(promptPictures(runs).e2e_latency_ms.prompts).toEqual([{ promptId: 'p0', medians: [10, Infinity] }]);
});

test('of many prompts some are drawn, from the slowest to the quickest', async () => {
  const runs = await collected(
    ...latencies(
      'a',
      Array.from({ length: 500 }, (_, index) => index + 1),
    ),
  );
  const { prompts, asked } = promptPictures(runs).e2e_latency_ms;
  expect(asked).toBe(500);
  expect(prompts).toHaveLength(mostPrompts);
  expect([prompts[0]!.promptId, prompts.at(-1)!.promptId]).toEqual(['p499', 'p0']);
});
