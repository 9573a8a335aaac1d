import { expect, test } from 'vitest';
import { isLineDue, plainLine } from './plain.ts';
import { newTally } from './tally.ts';

function tallyOf(...done: number[]) {
  const tally = newTally(
    done.map((_, index) => ({ id: `model-${index}`, total: 10 })),
    0,
  );
  done.forEach((count, index) => {
    const model = tally.models.get(`model-${index}`)!;
    model.done = count;
    if (count > 0) model.ttft.add(100 * count);
  });
  return tally;
}

test('a line says how far the run is, and the median of each model that has one', () => {
  const tally = tallyOf(3, 2, 0);
  tally.models.get('model-1')!.failed = 1;
  expect(plainLine(tally, 65_000)).toBe(
    '5 of 30 requests done (16 %), 1 failed, 1:05 elapsed, about 5:25 left; median TTFT: model-0 300 ms, model-1 200 ms',
  );
});

test('a finished run has no time left, an empty one nothing to wait for', () => {
  expect(plainLine(tallyOf(10), 8000)).toBe(
    '10 of 10 requests done (100 %), 0:08 elapsed; median TTFT: model-0 1 s',
  );
  expect(plainLine(tallyOf(), 0)).toBe('0 of 0 requests done (100 %), 0:00 elapsed');
});

test('many models are cut to eight', () => {
  expect(plainLine(tallyOf(1, 1, 1, 1, 1, 1, 1, 1, 1), 1)).toMatch(/model-7 100 ms, …$/);
});

test('a line is due at each tenth of the run and after ten seconds', () => {
  expect(isLineDue(tallyOf(1, 0), { done: 0, at: 0 }, 9999)).toBe(false);
  expect(isLineDue(tallyOf(1, 1), { done: 0, at: 0 }, 9999)).toBe(true);
  expect(isLineDue(tallyOf(1, 1), { done: 2, at: 0 }, 9999)).toBe(false);
  expect(isLineDue(tallyOf(0, 0), { done: 0, at: 0 }, 10_000)).toBe(true);
});
