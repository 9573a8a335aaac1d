import { describe, expect, test } from 'vitest';
import type { RequestRow } from '../journal/request-columns.ts';
import { compare, compareRuns } from './compare.ts';
import type { PairRow } from './summary-columns.ts';
import { describeExplanation, worthTelling, type Explanation } from './explain.ts';
import { collected, decodeRow, failedRow, latencies, row } from './testing/rows.ts';

const e2e = { metrics: ['e2e_latency_ms'] } as const;
/** Twelve prompts of different length. */
const base = Array.from({ length: 12 }, (_, index) => 100 * 1.3 ** index);
const scaled = (factor: number, wobble = 0.01): number[] =>
  base.map((value, index) => value * factor * (1 + wobble * ((index % 3) - 1)));

async function verdictOf(a: readonly number[], b: readonly number[]) {
  return compare(await collected(...latencies('a', a), ...latencies('b', b)), e2e).pairs[0]!;
}

describe('times', () => {
  test('twice as long on every prompt is slower, with the ratio and the exact p', async () => {
    const pair = await verdictOf(base, scaled(2));
    expect(pair).toMatchObject({
      metric: 'e2e_latency_ms',
      model_a: 'a',
      model_b: 'b',
      prompts: 12,
      verdict: 'slower',
    });
    expect(pair.ratio).toBeCloseTo(2, 1);
    // All twelve differences on one side: 2 ÷ 2¹².
    expect(pair.p).toBeCloseTo(2 / 4096, 12);
    expect(pair.ci_low).toBeGreaterThan(1.95);
    expect(pair.ci_high).toBeLessThan(2.05);
    expect(pair.more_prompts).toBeUndefined();
  });

  test('half as long is faster', async () => {
    expect((await verdictOf(base, scaled(0.5))).verdict).toBe('faster');
  });

  test('one per cent more on every prompt is equal within the margin, however small the p', async () => {
    const pair = await verdictOf(base, scaled(1.02, 0.001));
    expect(pair.p).toBeLessThan(0.001);
    expect(pair.verdict).toBe('equal');
  });

  test('a difference that the interval does not clear of the margin is not settled, and says what would', async () => {
    const pair = await verdictOf(base, scaled(1.1, 0.15));
    expect(pair.verdict).toBe('not settled');
    expect(pair.more_prompts).toBeGreaterThan(1);
  });

  test('five prompts settle nothing', async () => {
    const pair = await verdictOf(base.slice(0, 5), scaled(3).slice(0, 5));
    expect(pair).toMatchObject({ prompts: 5, verdict: 'not settled', ci_low: undefined, ci_high: undefined });
    expect(pair.more_prompts).toBeGreaterThanOrEqual(1);
  });

  test('six can', async () => {
    expect((await verdictOf(base.slice(0, 6), scaled(3).slice(0, 6))).verdict).toBe('slower');
  });

  test('a tenth more on every prompt is beyond the usual margin, and inside a wider one', async () => {
    const run = await collected(...latencies('a', base), ...latencies('b', scaled(1.1, 0.002)));
    expect(compare(run, e2e).pairs[0]?.verdict).toBe('slower');
    expect(compare(run, { ...e2e, margin: 0.15 }).pairs[0]?.verdict).toBe('equal');
  });

  test('of a rate, more is faster', async () => {
    const rates = (model: string, factor: number): RequestRow[] =>
      base.map((value, index) =>
        decodeRow(50, 1000 / (value * factor + index), { model, prompt_id: `p${index}` }),
      );
    const { pairs } = compare(await collected(...rates('a', 1), ...rates('b', 2)), {
      metrics: ['output_tps'],
    });
    expect(pairs[0]?.verdict).toBe('faster');
  });

  test('sequential runs give numbers and no verdict', async () => {
    const run = await collected(...latencies('a', base), ...latencies('b', scaled(2)));
    const [pair] = compare(run, { ...e2e, isSequential: true }).pairs;
    expect(pair).toMatchObject({ verdict: 'not settled', more_prompts: undefined });
    expect(pair?.ratio).toBeCloseTo(2, 1);
  });
});

describe('failures', () => {
  test('a prompt that failed counts as slower than any success', async () => {
    const failing = scaled(1);
    failing[3] = Infinity;
    const pair = await verdictOf(base, failing);
    expect(pair.prompts).toBe(12);
    const slow = scaled(1);
    slow[3] = 1e9;
    expect(pair.p).toBe((await verdictOf(base, slow)).p);
  });

  test('a prompt on which both failed says nothing', async () => {
    const [a, b] = [[...base], scaled(2)];
    a[3] = Infinity;
    b[3] = Infinity;
    expect((await verdictOf(a, b)).prompts).toBe(11);
  });

  test('a model that fails too often is not called faster', async () => {
    const failing = scaled(0.2);
    failing[0] = Infinity;
    failing[1] = Infinity;
    expect((await verdictOf(base, failing)).verdict).toBe('not settled');
    expect((await verdictOf(failing, base)).verdict).toBe('not settled');
  });

  test('nor is one whose every prompt has a failure among its repeats', async () => {
    const rows = base.flatMap((value, index) => {
      const cells = { model: 'b', prompt_id: `p${index}` };
      const answers = [1, 2].map((repeat) => row({ ...cells, repeat, e2e_latency_ms: value / 5 }));
      return [...answers, failedRow({ ...cells, repeat: 3 })];
    });
    const { pairs } = compare(await collected(...latencies('a', base), ...rows), e2e);
    expect(pairs[0]).toMatchObject({ verdict: 'not settled', more_prompts: undefined });
    expect(pairs[0]?.ci_high).toBeLessThan(0.3);
  });

  test('a model that always fails is slower, by no finite ratio', async () => {
    const pair = await verdictOf(
      base,
      base.map(() => Infinity),
    );
    expect(pair).toMatchObject({ verdict: 'slower', ratio: undefined, ci_high: undefined });
  });

  test('a metric that was never measured is not compared because some requests failed', async () => {
    const rows = [...latencies('a', base), ...latencies('b', [...base.slice(0, 11), Infinity])];
    const { pairs } = compare(await collected(...rows), { metrics: ['ttft_ms'] });
    expect(pairs).toEqual([]);
  });
});

describe('families', () => {
  test('Holm is over all pairs and metrics', async () => {
    const rows = [...latencies('a', base), ...latencies('b', scaled(2)), ...latencies('c', scaled(4))];
    const { pairs } = compare(await collected(...rows), e2e);
    expect(pairs.map(({ model_a, model_b }) => `${model_a}${model_b}`)).toEqual(['ab', 'ac', 'bc']);
    for (const pair of pairs) expect(pair.p_holm).toBeCloseTo((3 * 2) / 4096, 12);
  });

  test('what is clear alone may not be among several', async () => {
    const six = [base, scaled(2), scaled(4)].map((values) => values.slice(0, 6));
    const rows = ['a', 'b', 'c'].flatMap((model, index) => latencies(model, six[index]!));
    const { pairs } = compare(await collected(...rows), e2e);
    // 2 ÷ 2⁶ for three comparisons is more than 5 %, although every interval is far from 1.
    for (const pair of pairs) expect(pair).toMatchObject({ p_holm: 6 / 64, verdict: 'not settled' });
    expect(pairs[0]!.ci_low).toBeGreaterThan(1.9);
    expect(pairs[0]!.more_prompts).toBeGreaterThan(0);
  });

  test('letters: the last one is separate', async () => {
    const rows = [...latencies('a', scaled(1.1, 0.2)), ...latencies('b', base), ...latencies('c', scaled(4))];
    const { groups } = compare(await collected(...rows), e2e);
    expect(groups).toEqual([
      {
        metric: 'e2e_latency_ms',
        route: 'compat',
        ranking: [
          { model: 'b', letters: 'a' },
          { model: 'a', letters: 'a' },
          { model: 'c', letters: 'b' },
        ],
      },
    ]);
  });

  test('on several routes: models within a route, routes within a model', async () => {
    const rows = ['a', 'b'].flatMap((model) =>
      ['compat', 'direct'].flatMap((route) => latencies(model, base, { route })),
    );
    const { pairs, groups } = compare(await collected(...rows), e2e);
    expect(pairs.map(({ model_a, model_b }) => `${model_a} ${model_b}`)).toEqual([
      'a@compat a@direct',
      'a@compat b@compat',
      'a@direct b@direct',
      'b@compat b@direct',
    ]);
    expect(groups.map(({ route }) => route)).toEqual(['compat', 'direct']);
  });
});

describe('routes of a model', () => {
  /** Each answer 40 ms later on the way through a gateway, and two tokens longer. */
  const ways = (model: string): RequestRow[] =>
    base.flatMap((value, index) =>
      ['compat', 'direct'].map((route) => {
        const late = route === 'compat' ? 40 + (index % 3) : 0;
        const total_tokens = 100 + index + (route === 'compat' ? 2 : 0);
        const times = { ttft_ms: value + late, e2e_latency_ms: 2 * value + late, total_tokens };
        return row({ model, route, prompt_id: `p${index}`, ...times });
      }),
    );
  const byRoute = { by: 'route', order: ['direct', 'compat'] } as const;

  test('are compared by what is added, in milliseconds and tokens, and never with another model', async () => {
    const { pairs, groups } = compare(await collected(...ways('a'), ...ways('b')), byRoute);
    expect(groups).toEqual([]);
    expect(pairs.map(({ metric, model_a, model_b }) => `${metric} ${model_a} ${model_b}`)).toEqual(
      ['ttft_ms', 'e2e_latency_ms', 'total_tokens', 'error_rate'].flatMap((metric) => [
        `${metric} a@direct a@compat`,
        `${metric} b@direct b@compat`,
      ]),
    );
    // Hodges and Lehmann over four times 40, 41 and 42.
    expect(pairs[0]).toMatchObject({ difference: 41, verdict: 'slower' });
    expect(pairs[0]!.difference_ci_low).toBeGreaterThanOrEqual(40);
    expect(pairs[0]!.difference_ci_high).toBeLessThanOrEqual(42);
    expect(pairs[4]).toMatchObject({ difference: 2, difference_ci_low: 2, difference_ci_high: 2 });
    expect(pairs[6]).toMatchObject({ difference: 0, p: 1, verdict: 'not settled' });
  });

  test('the verdict is about the later route of the order, whatever the order of the rows', async () => {
    const run = await collected(...ways('a').toReversed());
    const [turned] = compare(run, { ...byRoute, order: ['compat', 'direct'] }).pairs;
    expect(turned).toMatchObject({ model_b: 'a@direct', difference: -41, verdict: 'faster' });
  });

  test('a route on which requests fail is worse by its failures, and by no number of milliseconds', async () => {
    const rows = base.flatMap((value, index) => [
      row({ route: 'direct', prompt_id: `p${index}`, ttft_ms: value }),
      failedRow({ route: 'compat', prompt_id: `p${index}` }),
    ]);
    const { pairs } = compare(await collected(...rows), byRoute);
    const of = (metric: string) => pairs.find((pair) => pair.metric === metric);
    expect(of('error_rate')).toMatchObject({ difference: 1, verdict: 'worse' });
    expect(of('ttft_ms')).toMatchObject({ difference: undefined, ratio: undefined, verdict: 'slower' });
    expect(of('total_tokens')).toBeUndefined();
  });

  test('fewer tokens are better, and no model is faster for them', async () => {
    const tokens = (model: string, factor: number): RequestRow[] =>
      base.map((_, index) => row({ model, prompt_id: `p${index}`, total_tokens: factor * (100 + index) }));
    const { pairs, groups } = compare(await collected(...tokens('a', 2), ...tokens('b', 1)), {
      metrics: ['total_tokens'],
    });
    expect(pairs[0]).toMatchObject({ verdict: 'better', difference: undefined });
    expect(pairs[0]?.ratio).toBeCloseTo(0.5, 12);
    expect(groups[0]?.ranking.map(({ model }) => model)).toEqual(['b', 'a']);
  });
});

describe('pass rates', () => {
  const checked = (model: string, passes: (prompt: number) => boolean, prompts = 40): RequestRow[] =>
    Array.from({ length: prompts }, (_, prompt) =>
      row({ model, prompt_id: `p${prompt}`, passed: passes(prompt) }),
    );
  const passed = { metrics: ['passed'] } as const;

  test('passing where the other does not is better', async () => {
    const run = await collected(...checked('a', (prompt) => prompt < 20), ...checked('b', () => true));
    const [pair] = compare(run, passed).pairs;
    expect(pair).toMatchObject({ verdict: 'better', difference: 0.5, ratio: 2, ci_low: undefined });
    expect(pair?.difference_ci_low).toBeGreaterThan(0.3);
    expect(pair?.difference_ci_high).toBeLessThan(0.7);
  });

  test('not passing is worse', async () => {
    const run = await collected(...checked('a', () => true), ...checked('b', (prompt) => prompt < 20));
    expect(compare(run, passed).pairs[0]?.verdict).toBe('worse');
  });

  test('repeats that agree narrow the interval of a difference that is on every prompt', async () => {
    // Half of the repeats pass everywhere, compared with all of them.
    const run = (repeats: number) =>
      collected(
        ...['a', 'b'].flatMap((model) =>
          Array.from({ length: repeats }, (_, index) =>
            checked(model, () => model === 'b' || index % 2 === 0).map((one) => ({ ...one, repeat: index })),
          ).flat(),
        ),
      );
    const width = ({ difference_ci_low, difference_ci_high }: PairRow) =>
      difference_ci_high! - difference_ci_low!;
    const [two, eight] = [compare(await run(2), passed).pairs[0]!, compare(await run(8), passed).pairs[0]!];
    expect(two.difference).toBe(0.5);
    expect(eight.difference).toBe(0.5);
    expect(width(eight)).toBeLessThan(0.7 * width(two));
  });

  test('no difference on few prompts is not yet equality, on many it is', async () => {
    const few = await collected(...checked('a', () => true), ...checked('b', () => true));
    expect(compare(few, passed).pairs[0]).toMatchObject({ verdict: 'not settled', difference: 0, p: 1 });
    const many = await collected(...checked('a', () => true, 200), ...checked('b', () => true, 200));
    expect(compare(many, passed).pairs[0]?.verdict).toBe('equal');
  });

  test('so many more prompts as are said do make equality of what looked equal', async () => {
    const alike = async (prompts: number) => {
      const run = ['a', 'b'].flatMap((model) => checked(model, () => true, prompts));
      return compare(await collected(...run), passed).pairs[0]!;
    };
    const more = (await alike(40)).more_prompts!;
    expect((await alike(40 + more - 1)).verdict).toBe('not settled');
    expect((await alike(40 + more)).verdict).toBe('equal');
  });

  test('the same records give the same sampled p', async () => {
    const run = () =>
      collected(...checked('a', (prompt) => prompt % 2 === 0), ...checked('b', (prompt) => prompt % 3 > 0));
    expect(compare(await run(), passed)).toEqual(compare(await run(), passed));
  });
});

describe('why', () => {
  test('latency is the first token, then a time for each token', async () => {
    const parts = (model: string, tokens: number, tpot_ms: number): RequestRow[] =>
      base.map((_, index) => {
        const completion_tokens = tokens * (index + 1);
        const ttft_ms = 10;
        return row({
          model,
          prompt_id: `p${index}`,
          completion_tokens,
          tpot_ms,
          ttft_ms,
          e2e_latency_ms: ttft_ms + tpot_ms * (completion_tokens - 1),
        });
      });
    const { explanations } = compare(await collected(...parts('a', 100, 10), ...parts('b', 200, 15)), e2e);
    const [why] = explanations;
    expect(why?.latency.point).toBeCloseTo(3, 1);
    expect(why?.tokens.point).toBeCloseTo(2, 9);
    expect(why?.perToken.point).toBeCloseTo(1.5, 9);
    expect(describeExplanation(why!)).toBe(
      'b takes 3.00× as long as a: 1.00× to the first token (0 % of its wait; a: 0 %), then 2.00× the output tokens at 1.50× the time per token.',
    );
  });

  test('prompts that do not show all parts are left out, and that is said', async () => {
    const some = (model: string): RequestRow[] =>
      base.map((_, index) =>
        row({
          ...{ model, prompt_id: `p${index}`, ttft_ms: 10, e2e_latency_ms: 20, completion_tokens: 2 },
          ...(index > 0 ? { tpot_ms: 10 } : {}),
        }),
      );
    const { explanations } = compare(await collected(...some('a'), ...some('b')), e2e);
    expect(describeExplanation(explanations[0]!)).toContain(
      `(on ${base.length - 1} of ${base.length} prompts, which show all of this)`,
    );
  });

  test('only a settled difference is explained, and of many models only against the fastest', () => {
    const of = (model_a: string, model_b: string) => ({ model_a, model_b }) as Explanation;
    const told = (model_a: string, model_b: string, verdict: string) =>
      ({ metric: 'e2e_latency_ms', model_a, model_b, verdict }) as PairRow;
    const all = [of('a', 'b'), of('a', 'c'), of('b', 'c')];
    const pairs = [told('a', 'b', 'slower'), told('a', 'c', 'not settled'), told('b', 'c', 'slower')];
    expect(worthTelling(all, pairs)).toEqual([of('a', 'b'), of('b', 'c')]);
    expect(worthTelling(all, pairs, 'a')).toEqual([of('a', 'b')]);
  });

  test('without tokens there is no explanation', async () => {
    const run = await collected(...latencies('a', base), ...latencies('b', base));
    expect(compare(run, e2e).explanations).toEqual([]);
  });
});

describe('two runs', () => {
  const after = { run_id: 'run-2' };

  test('each model against itself, on the prompts that both runs have', async () => {
    const before = await collected(...latencies('a', base), ...latencies('gone', base));
    const later = await collected(
      ...latencies('a', scaled(2).slice(0, 10), after),
      ...latencies('new', base, after),
      failedRow({ ...after, prompt_id: 'other' }),
    );
    const { pairs, groups } = compareRuns(before, later, e2e);
    expect(pairs).toHaveLength(1);
    expect(pairs[0]).toMatchObject({
      model_a: 'a@run-1',
      model_b: 'a@run-2',
      prompts: 10,
      verdict: 'slower',
    });
    expect(groups).toEqual([]);
  });

  test('one route in each run: they are compared across routes', async () => {
    const before = await collected(...latencies('a', base));
    const later = await collected(...latencies('a', scaled(2), { ...after, route: 'direct' }));
    expect(compareRuns(before, later, e2e).pairs[0]).toMatchObject({ verdict: 'slower' });
  });

  test('one place in each run: they are compared across places; of several, each with itself', async () => {
    const from = (vantage: string, run = {}) => latencies('a', scaled(2), { ...run, vantage });
    const one = await collected(...latencies('a', base, { vantage: 'fra' }));
    expect(compareRuns(one, await collected(...from('ams', after)), e2e).pairs).toHaveLength(1);
    const both = await collected(...from('ams', after), ...from('fra', after));
    const { pairs } = compareRuns(await collected(...from('fra'), ...from('ams')), both, e2e);
    expect(pairs.map(({ vantage }) => vantage)).toEqual(['ams', 'fra']);
    expect(pairs[0]).toMatchObject({ model_a: 'a from ams@run-1', model_b: 'a from ams@run-2' });
  });
});

test('an empty run has nothing to compare', async () => {
  expect(compare(await collected())).toEqual({ pairs: [], groups: [], explanations: [] });
});

describe('the ranking puts the best first, whatever the order of the rows', () => {
  const prompts = [...Array(10).keys()];
  const model = (name: string, cells: (prompt: number) => Partial<RequestRow> | 'failed'): RequestRow[] =>
    prompts.map((prompt) => {
      const some = cells(prompt);
      const at = { model: name, prompt_id: `p${prompt}` };
      return some === 'failed' ? failedRow(at) : row({ ...at, e2e_latency_ms: 100 + prompt, ...some });
    });

  test.each<['e2e_latency_ms' | 'passed' | 'error_rate', RequestRow[]]>([
    [
      'e2e_latency_ms',
      [
        ...model('third', (prompt) => (prompt === 0 ? 'failed' : { e2e_latency_ms: 1 })),
        ...model('second', () => ({ e2e_latency_ms: 500 })),
        ...model('first', () => ({ e2e_latency_ms: 400 })),
      ],
    ],
    [
      'passed',
      [
        ...model('third', (prompt) => ({ passed: prompt < 2 })),
        ...model('second', (prompt) => ({ passed: prompt < 5 })),
        ...model('first', (prompt) => ({ passed: prompt < 9 })),
      ],
    ],
    [
      'error_rate',
      [
        ...model('third', (prompt) => (prompt < 6 ? 'failed' : {})),
        ...model('second', (prompt) => (prompt < 3 ? 'failed' : {})),
        ...model('first', () => ({})),
      ],
    ],
  ])('by %s', async (metric, rows) => {
    for (const all of [rows, rows.toReversed()]) {
      const { groups } = compare(await collected(...all), { metrics: [metric] });
      expect(groups[0]?.ranking.map(({ model }) => model)).toEqual(['first', 'second', 'third']);
    }
  });
});
