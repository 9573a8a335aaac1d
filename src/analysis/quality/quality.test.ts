import { describe, expect, test } from 'vitest';
import type { JudgementRow, RatingRow } from '../../journal/quality-columns.ts';
import type { QualityRow } from './quality-columns.ts';
import { collected, failedRow, row } from '../testing/rows.ts';
import { qualityOf, type QualityFigures } from './quality.ts';
import { comparison, judgement, noScore, rating } from './testing/records.ts';

const prompts = Array.from({ length: 60 }, (_, index) => `p${index}`);
const suite = {
  prompts: prompts.map((id) => ({
    id,
    tags: [],
    messages: [],
    params: {},
    checks: [],
    criteria: [{ id: 'correct', question: 'Is it?' }],
  })),
};
const rows = await collected(
  ...['a', 'b'].flatMap((model) =>
    prompts.map((prompt_id) => row({ model, prompt_id, e2e_latency_ms: 100 })),
  ),
);

const of = (judgements: readonly JudgementRow[], ratings: readonly RatingRow[] = []): QualityFigures =>
  qualityOf(rows, suite, { judgements: [...judgements], ratings: [...ratings] });

/** A model's verdicts on every prompt. */
const judged = (
  model: string,
  pass: (index: number) => boolean,
  cells: Partial<JudgementRow> = {},
): JudgementRow[] =>
  prompts.map((prompt_id, index) => judgement({ model, prompt_id, score: Number(pass(index)), ...cells }));
const rated = (
  model: string,
  count: number,
  pass: (index: number) => boolean,
  cells: Partial<RatingRow> = {},
): RatingRow[] =>
  prompts
    .slice(0, count)
    .map((prompt_id, index) => rating({ model, prompt_id, score: Number(pass(index)), ...cells }));

const rowOf = ({ rows: all }: QualityFigures): QualityRow =>
  all.find((one) => one.model === 'a' && one.criterion === 'correct')!;

test('a judge alone has a judge_rate and no rate', () => {
  const found = of(judged('a', (index) => index % 4 !== 0));
  expect(rowOf(found)).toMatchObject({
    basis: 'judge',
    judge: 'gemma',
    judged: 60,
    answers: 60,
    judge_rate: 0.75,
    judge_tokens: 6000,
  });
  expect(rowOf(found).rate).toBeUndefined();
  expect(found.rates(rows.cells[0]!, 'correct', 0.05)).toMatchObject({
    basis: 'judge',
    labels: 0,
    labelsNeeded: 30,
  });
  expect(found.warnings.join(' ')).toMatch(/judge gemma is unchecked.*label 30 answers of each model/);
});

describe('labels', () => {
  const judge = judged('a', (index) => index % 4 !== 0);
  const truth = (index: number): boolean => index % 10 !== 0;

  test('from 30 on correct the judge', () => {
    const found = rowOf(of(judge, rated('a', 30, truth)));
    expect(found).toMatchObject({ basis: 'judge+people', rated: 30, raters: 1, judge_rate: 0.75 });
    expect(found.rate).toBeCloseTo(0.9, 1);
    expect(found.rate_ci_low).toBeLessThan(found.rate!);
    expect(found.rate_ci_high).toBeGreaterThan(found.rate!);
    expect([found.agreement, found.kappa, found.lambda].every((value) => value !== undefined)).toBe(true);
  });

  test('below 30, people alone and the judge alone: never a mixture', () => {
    const found = of(judge, rated('a', 29, truth));
    const ours = found.rows.filter(({ criterion }) => criterion === 'correct');
    expect(
      ours.map(({ basis, rate, judge_rate }) => [basis, rate !== undefined, judge_rate !== undefined]),
    ).toEqual([
      ['judge', false, true],
      ['people', true, false],
    ]);
    expect(found.rates(rows.cells[0]!, 'correct', 0.05)).toMatchObject({ basis: 'people', labels: 29 });
  });

  test('that were picked enter no figure', () => {
    const found = rowOf(of(judge, rated('a', 40, truth, { sample: 'chosen' })));
    expect(found).toMatchObject({ basis: 'judge' });
    expect(found.rated).toBeUndefined();
  });

  test('of another wording of the question enter no figure', () => {
    expect(rowOf(of(judge, rated('a', 40, truth, { criterion_hash: 'older' }))).basis).toBe('judge');
    const again = [...judged('a', () => false, { criterion_hash: 'older' }), ...judge];
    expect(rowOf(of(again))).toMatchObject({ judged: 60, judge_rate: 0.75 });
  });

  test('of two raters count as one, and show how far people agree', () => {
    const two = [...rated('a', 40, truth), ...rated('a', 40, (index) => index % 2 === 0, { rater: 'ben' })];
    const found = of(judge, two);
    expect(rowOf(found)).toMatchObject({ rated: 40, raters: 2 });
    expect(found.warnings.join(' ')).toMatch(/people agree little beyond chance .* rewrite it/);
  });
});

test('what cannot be read is never a fail, and too much of it leaves no figure', () => {
  const unread = (index: number): Partial<JudgementRow> =>
    index < 2 ? { readable: false, score: undefined } : {};
  const some = prompts.map((prompt_id, index) => judgement({ prompt_id, ...unread(index) }));
  expect(rowOf(of(some))).toMatchObject({ unreadable: 2, judged: 58, judge_rate: 1 });
  const many = prompts.map((prompt_id, index) => judgement({ prompt_id, ...unread(index % 10) }));
  const found = of(many);
  expect(rowOf(found)).toMatchObject({ unreadable: 12, judged: 48 });
  expect(rowOf(found).judge_rate).toBeUndefined();
  expect(found.rates(rows.cells[0]!, 'correct', 0.05)).toBeUndefined();
  expect(found.warnings.join(' ')).toMatch(/12 verdicts of judge gemma on a of 60 cannot be read/);
});

test('an unreadable call that was read the second time is read', () => {
  const first = { ...judgement({ readable: false, attempt: 1, final: false }), ...noScore };
  const found = of([first, judgement({ attempt: 2 })]);
  expect(rowOf(found)).toMatchObject({ judged: 1, unreadable: 0 });
});

test('a judge that is the model, or of its family, is named', () => {
  const self = of(judged('a', () => true, { self_judged: true }));
  expect(rowOf(self).self_judged).toBe(true);
  expect(self.warnings.join(' ')).toMatch(/Judge gemma is itself a, whose answers it judged by correct/);
  expect(of(judged('a', () => true, { same_family: true })).warnings.join(' ')).toMatch(
    /has the same family name as a\./,
  );
});

describe('a judge against what people say', () => {
  test('that shows little of a difference is named', () => {
    const found = of(
      judged('a', () => true),
      rated('a', 40, (index) => index % 2 === 0),
    );
    expect(found.warnings.join(' ')).toMatch(/judge gemma shows 0 % of a true difference on a/);
  });

  test('that is stricter with one model is named', () => {
    const truth = (index: number): boolean => index % 2 === 0;
    const found = of(
      [...judged('a', truth), ...judged('b', () => true)],
      [...rated('a', 40, truth), ...rated('b', 40, truth)],
    );
    expect(found.warnings.join(' ')).toMatch(/not equally strict with a and b \(J 1\.00 and 0\.00\)/);
  });
});

describe('two models', () => {
  test('by a judge alone only seem apart', () => {
    const [pair] = of([...judged('a', (index) => index % 3 !== 0), ...judged('b', () => true)]).pairs;
    expect(pair).toMatchObject({
      metric: 'rate(correct)',
      basis: 'judge',
      model_b: 'b',
      verdict: 'seems better',
    });
    expect(pair!.difference).toBeCloseTo(1 / 3);
  });

  test('that a biased judge separates are equal once people have labeled both', () => {
    const truth = (index: number): boolean => index % 5 !== 0;
    const judgements = [
      ...judged('a', (index) => truth(index) && index % 3 !== 0),
      ...judged('b', () => true),
    ];
    const ratings = ['a', 'b'].flatMap((model) => rated(model, 50, truth));
    expect(of(judgements).pairs[0]!.verdict).toBe('seems better');
    const [pair] = of(judgements, ratings).pairs;
    expect(pair).toMatchObject({ basis: 'judge+people' });
    expect(pair!.verdict).not.toBe('better');
    expect(Math.abs(pair!.difference!)).toBeLessThan(0.06);
  });

  test('that differ are distinguished', () => {
    const bad = (index: number): boolean => index % 2 === 0;
    const judgements = [...judged('a', bad), ...judged('b', (index) => index % 20 !== 3)];
    const ratings = [...rated('a', 50, bad), ...rated('b', 50, (index) => index % 20 !== 3)];
    expect(of(judgements, ratings).pairs[0]).toMatchObject({ basis: 'judge+people', verdict: 'better' });
  });
});

describe('preferences', () => {
  const all = (of: (index: number) => readonly ['a' | 'b' | 'tie', 'a' | 'b' | 'tie']): JudgementRow[] =>
    prompts.flatMap((prompt_id, index) => comparison(prompt_id, of(index)));

  test('count where both orders agree; a split is a tie', () => {
    const found = of(
      all((index) => (index % 3 === 0 ? ['a', 'b'] : index % 3 === 1 ? ['b', 'b'] : ['tie', 'tie'])),
    ).preferences;
    expect(found).toMatchObject([
      {
        model_a: 'a',
        model_b: 'b',
        basis: 'judge',
        wins_a: 0,
        wins_b: 20,
        ties: 40,
        splits: 20,
        prompts: 60,
      },
    ]);
    expect(found[0]!.win_share).toBeCloseTo(0.5 + 20 / 60 / 2);
    expect(found[0]!.verdict).toBe('seems better');
  });

  test('of a judge that takes the first answer are all ties, and it is named', () => {
    // In the order `ab` a comes first, in `ba` b.
    const found = of(all(() => ['a', 'b']));
    expect(found.preferences).toMatchObject([{ first_preferred: 1, splits: 60, ties: 60, win_share: 0.5 }]);
    expect(found.preferences[0]!.verdict).not.toMatch(/better|worse/);
    expect(found.warnings.join(' ')).toMatch(
      /the two orders disagree on 100 %.*the answer shown first is preferred in 100 %/,
    );
  });

  test('are about the same model whichever was written first', () => {
    const turned = prompts.flatMap((prompt_id, index) =>
      index % 2 === 0
        ? comparison(prompt_id, ['b', 'b'])
        : comparison(prompt_id, ['a', 'a'], { model: 'b', model_b: 'a' }),
    );
    expect(of(turned).preferences).toMatchObject([{ model_b: 'b', wins_b: 60, wins_a: 0, win_share: 1 }]);
  });

  test('of a few prompts have an interval within what a share can be', () => {
    for (const words of [
      ['a', 'b'],
      ['b', 'b'],
      ['a', 'a'],
    ] as const)
      for (const many of [1, 2, 3])
        for (const { ci_low, ci_high } of of(
          prompts.slice(0, many).flatMap((prompt_id) => comparison(prompt_id, words)),
        ).preferences) {
          expect(ci_low).toBeGreaterThanOrEqual(0);
          expect(ci_high).toBeLessThanOrEqual(1);
        }
  });

  test('in one order alone count for nothing', () => {
    const half = all(() => ['b', 'b']).filter(({ order }) => order === 'ab');
    expect(of(half).preferences).toEqual([]);
  });

  test('with people’s labels are verdicts', () => {
    const judgements = all((index) => (index % 4 === 0 ? ['a', 'a'] : ['b', 'b']));
    const ratings = prompts.slice(0, 40).map((prompt_id, index) => {
      const cells = rating({
        criterion: 'better',
        model_b: 'b',
        prompt_id,
        event_id_b: `b/${prompt_id}/1`,
        preferred: index % 4 === 0 ? 'a' : 'b',
      });
      return { ...cells, ...noScore };
    });
    expect(of(judgements, ratings).preferences).toMatchObject([
      { basis: 'judge+people', rated: 40, verdict: 'better' },
    ]);
  });
});

test('the checks have their rows, with the share of prompts that pass every time', async () => {
  const some = await collected(
    ...[1, 2].map((repeat) => row({ prompt_id: 'p0', repeat, passed: true })),
    ...[1, 2].map((repeat) => row({ prompt_id: 'p1', repeat, passed: repeat === 1 })),
    failedRow({ prompt_id: 'p1', repeat: 3 }),
  );
  const { rows: found } = qualityOf(some, suite);
  expect(found).toMatchObject([
    {
      criterion: 'passed',
      basis: 'checks',
      rate: 0.75,
      prompts: 2,
      judged: 4,
      answers: 4,
      pass_all_repeats: 0.5,
    },
  ]);
});

describe('variants of the prompts', () => {
  const arms = ['short', 'long'] as const;
  const eventOf = (variant: string, model: string, prompt_id: string) => `${variant}/${model}/${prompt_id}`;
  /** The short one is right on half of the prompts, the long one on all. */
  const isRight = (variant: string, index: number): boolean => variant === 'long' || index % 2 === 0;
  const records = arms.flatMap((variant) =>
    ['a', 'b'].flatMap((model) =>
      prompts.map((prompt_id, index) => {
        const about = { variant, model, prompt_id, event_id: eventOf(variant, model, prompt_id) };
        const cells = { ...about, score: Number(isRight(variant, index)) };
        return [judgement(cells), rating(cells)] as const;
      }),
    ),
  );
  const judgements = records.map(([one]) => one);
  const ratings = records.map(([, one]) => one);
  const asked = collected(
    ...arms.flatMap((variant) =>
      ['a', 'b'].flatMap((model) => prompts.map((prompt_id) => row({ variant, model, prompt_id }))),
    ),
  );

  test('have figures, limits and verdicts of their own', async () => {
    const all = await asked;
    const found = qualityOf(all, suite, { judgements, ratings });
    const rates = found.rows
      .filter(({ criterion }) => criterion === 'correct')
      .map(({ model, variant, answers, rate }) => [model, variant, answers, rate]);
    expect(rates).toEqual([
      ['a', 'short', 60, 0.5],
      ['b', 'short', 60, 0.5],
      ['a', 'long', 60, 1],
      ['b', 'long', 60, 1],
    ]);
    for (const cell of all.cells)
      expect(found.rates(cell, 'correct', 0.05)).toMatchObject({
        basis: 'judge+people',
        point: cell.variant === 'long' ? 1 : 0.5,
      });
    // Two differences at the same time are not a comparison.
    expect(found.pairs.map(({ model_a, model_b, verdict }) => `${model_b} ${verdict} ${model_a}`)).toEqual([
      'b (short) not settled a (short)',
      'a (long) better a (short)',
      'b (long) better b (short)',
      'b (long) not settled a (long)',
    ]);
  });

  test('that older files do not name are not limited, and are not lost', async () => {
    const unnamed = judgements.map((one) => ({ ...one, variant: undefined as never }));
    const all = await asked;
    const found = qualityOf(all, suite, { judgements: unnamed, ratings: [] });
    expect(found.rates(all.cells[0]!, 'correct', 0.05)).toBeUndefined();
    expect(found.rows.filter(({ criterion }) => criterion === 'correct').map(({ judged }) => judged)).toEqual(
      [120, 120],
    );
  });
});

describe('several judges', () => {
  const verdicts = (better: 'a' | 'b', judge: string): JudgementRow[] =>
    ['a', 'b'].flatMap((model) => judged(model, (index) => model === better || index % 2 === 0, { judge }));

  test('that disagree on who is better settle nothing; those that agree do', () => {
    const agreed = of([...verdicts('b', 'gemma'), ...verdicts('b', 'qwen')]);
    expect(agreed.pairs.map(({ judge, verdict }) => [judge, verdict])).toEqual([
      ['gemma', 'seems better'],
      ['qwen', 'seems better'],
    ]);
    const split = of([...verdicts('b', 'gemma'), ...verdicts('a', 'qwen')]);
    expect(split.pairs.map(({ judge, verdict }) => [judge, verdict])).toEqual([
      ['gemma', 'not settled'],
      ['qwen', 'not settled'],
    ]);
    // Each keeps its own figure.
    expect(split.pairs.map(({ difference }) => difference)).toEqual([0.5, -0.5]);
  });

  test('do so of preferences as well', () => {
    const prefer = (better: 'a' | 'b', judge: string): JudgementRow[] =>
      prompts.flatMap((prompt) => comparison(prompt, [better, better], { judge }));
    const verdict = (...lists: JudgementRow[][]): string[] =>
      of(lists.flat()).preferences.map((one) => one.verdict);
    expect(verdict(prefer('b', 'gemma'), prefer('b', 'qwen'))).toEqual(['seems better', 'seems better']);
    expect(verdict(prefer('b', 'gemma'), prefer('a', 'qwen'))).toEqual(['not settled', 'not settled']);
  });
});
