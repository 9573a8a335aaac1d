import { expect, test } from 'vitest';
import { seededRandom } from '../../base/random.ts';
import { type WorkerAnswer, workerShare } from './worker-share.ts';

/** Answers of two models to thirty prompts, asked by workers that are slower by these factors. */
function answersOf(
  factors: readonly number[],
  seed: number,
  vantage?: (worker: number) => string,
): WorkerAnswer[] {
  const random = seededRandom(`workers/${seed}`);
  const noise = (): number => [1, 2, 3, 4].reduce((sum) => sum + random() - 0.5, 0) * 0.3;
  return ['a', 'b'].flatMap((cell, model) =>
    Array.from({ length: 30 }, (_, prompt): WorkerAnswer => {
      const worker = Math.floor(random() * factors.length);
      const place = vantage?.(worker);
      return {
        ...{ worker: `w${worker}`, vantage: place, cell: `${cell} ${place ?? ''}`, prompt: `p${prompt}` },
        log: model + prompt / 10 + Math.log(factors[worker]!) + noise(),
      };
    }),
  );
}

test('a worker that is much slower than the others is named, with its share of the variance', () => {
  const found = workerShare(answersOf([1, 1, 2], 1));
  expect(found?.worker).toBe('w2');
  expect(found?.share).toBeGreaterThan(0.2);
  expect(found?.times).toBeGreaterThan(1.3);
});

test('alike workers are warned of in about one run of a hundred', () => {
  const warned = Array.from({ length: 300 }, (_, seed) => workerShare(answersOf([1, 1, 1], seed))).filter(
    (found) => found !== undefined,
  );
  expect(warned.length).toBeLessThan(12);
});

test("a place's effect is not blamed on its workers", () => {
  expect(workerShare(answersOf([1, 3], 1, (worker) => ['fra', 'iad'][worker]!))).toBeUndefined();
  expect(workerShare(answersOf([1, 1, 3, 3], 2, (worker) => (worker < 2 ? 'fra' : 'iad')))).toBeUndefined();
});

test('one worker, or few answers, show nothing', () => {
  expect(workerShare(answersOf([1], 1))).toBeUndefined();
  expect(workerShare(answersOf([1, 5], 1).slice(0, 20))).toBeUndefined();
  expect(workerShare([])).toBeUndefined();
});
