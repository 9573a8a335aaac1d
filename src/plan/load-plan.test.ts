import { expect, test } from 'vitest';
import type { RunSettings, Suite } from '../suite/suite.ts';
import { estimateMinutes } from './load-plan.ts';
import { cell, prompt } from './testing/planned.ts';

const suiteOf = (load: Suite['load'], prompts: number): Pick<Suite, 'load' | 'run' | 'prompts'> => ({
  ...(load ? { load } : {}),
  run: { concurrency: 1 } as RunSettings,
  prompts: Array.from({ length: prompts }, (_, n) => prompt(`p${n}`)),
});

test('minutes of levels of concurrency: opening wave and whole rounds of the prompts, each level in its turn', () => {
  const load = { mode: 'closed', levels: [1, 8], visits: 2, washout: '0s' };
  const cells = ['a', 'b'].map((id) => ({ cell: cell(id), requests: 98, warmupRequests: 0 }));
  // One at once: 1 + 8 answers one after the other; eight at once: 8 + 32 of them in fives.
  const turns = 2 * 2 * (9 + 5);
  expect(estimateMinutes(suiteOf(load, 8), cells, { low: 6, high: 60 })).toEqual({
    low: turns / 10,
    high: turns,
  });
});
