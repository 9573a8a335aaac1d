import { expect, test } from 'vitest';
import type { Need, NeedLimit, Suite } from '../suite/suite.ts';
import { needFloors } from './need-floor.ts';
import { qualityOf } from './quality/quality.ts';
import { judgement, rating } from './quality/testing/records.ts';
import { choose } from './choice.ts';
import { collected, row } from './testing/rows.ts';

const passed: NeedLimit = { metric: 'rate(passed)', statistic: 'rate', column: 'passed', min: 0.9 };
const correct: NeedLimit = { metric: 'rate(correct)', criterion: 'correct', min: 0.9 };

function suiteOf(
  limit: NeedLimit,
  prompts: number,
  judges: object[] = [],
): Pick<Suite, 'prompts' | 'quality'> {
  const need: Need = { limits: [limit], then: { by: 'cheapest' } };
  return {
    prompts: Array.from({ length: prompts }, (_, index) => ({
      id: `p${index}`,
      tags: [],
      messages: [],
      params: {},
      checks: [{ type: 'not-empty', not: false, weight: 1 }],
      criteria: [{ id: 'correct', question: 'Is it?' }],
    })),
    quality: { judges, criteria: [], budget: {}, need } as unknown as Suite['quality'] & object,
  };
}

/** Two models that are right on every prompt, and the result of `choose`. */
async function wordsAt(limit: NeedLimit, prompts: number, judges: object[]): Promise<string[]> {
  const suite = suiteOf(limit, prompts, judges);
  const cells = ['a', 'b'].flatMap((model) =>
    suite.prompts.map(({ id }) => ({ model, prompt_id: id, event_id: `${model}/${id}/1` })),
  );
  const all = await collected(...cells.map((cell) => row({ ...cell, passed: true })));
  const { rates } = qualityOf(all, suite, {
    judgements: judges.length > 0 ? cells.map((cell) => judgement(cell)) : [],
    ratings: cells.map((cell) => rating(cell)),
  });
  const checked = new Set(suite.prompts.map(({ id }) => id));
  const { need } = suite.quality!;
  return choose(all, { need: need!, pairs: [], checked, rates, timeoutMs: 1000 }).flatMap(({ candidates }) =>
    candidates.map(({ word }) => word),
  );
}

test.each<[string, NeedLimit, object[]]>([
  ['checks', passed, []],
  ['people alone', correct, []],
  ['a judge that people correct', correct, [{}]],
])(
  'the floor is where a flawless model becomes sure, and not one prompt before: %s',
  async (_, limit, judges) => {
    const [{ needed = 0 } = {}] = needFloors(suiteOf(limit, 20, judges), 2);
    expect(needed).toBeGreaterThan(30);
    expect(await wordsAt(limit, needed, judges)).toEqual(['surely', 'surely']);
    expect(await wordsAt(limit, needed - 1, judges)).toEqual(['open', 'open']);
  },
);

test('a limit that no suite can show has no floor; limits on other things are ignored', () => {
  const [never] = needFloors(suiteOf({ ...passed, min: 1 }, 20), 2);
  expect(never).toMatchObject({ prompts: 20 });
  expect(never).not.toHaveProperty('needed');
  const latency: NeedLimit = { metric: 'p50(ttft_ms)', statistic: 'p50', column: 'ttft_ms', max: 900 };
  expect(needFloors(suiteOf(latency, 20), 2)).toEqual([]);
  // The smaller the allowed error, and the more models share it, the more prompts are needed.
  const floor = (min: number, cells: number): number =>
    needFloors(suiteOf({ ...passed, min }, 20), cells)[0]!.needed!;
  expect(floor(0.95, 2)).toBeGreaterThan(floor(0.9, 2));
  expect(floor(0.9, 10)).toBeGreaterThan(floor(0.9, 2));
  const [one] = needFloors(suiteOf(passed, 20), 2);
  expect(one!.likely).toBeGreaterThan(one!.needed!);
});
