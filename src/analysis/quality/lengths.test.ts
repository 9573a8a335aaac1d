import { expect, test } from 'vitest';
import type { JudgementRow } from '../../journal/quality-columns.ts';
import { collect } from '../collect.ts';
import { row } from '../testing/rows.ts';
import { answerLength, isCorrelated } from './lengths.ts';
import { qualityOf, type QualityFigures } from './quality.ts';
import { comparison } from './testing/records.ts';

const prompts = Array.from({ length: 40 }, (_, index) => `p${String(index).padStart(2, '0')}`);

/** A run of a and b. The lengths of b's answers are given, those of a are 100. */
async function figuresOf(
  lengthOf: (index: number) => number | undefined,
  preferred: (index: number) => 'a' | 'b' | 'tie',
  turned = false,
): Promise<QualityFigures> {
  const rows = ['a', 'b'].flatMap((model) =>
    prompts.map((prompt_id, index) =>
      row({ model, prompt_id, answer_chars: model === 'a' ? 100 : lengthOf(index) }),
    ),
  );
  const other = { a: 'b', b: 'a', tie: 'tie' } as const;
  const judgements = prompts.flatMap((prompt_id, index): JudgementRow[] => {
    const word = preferred(index);
    const said = turned ? other[word] : word;
    return comparison(prompt_id, [said, said], turned ? { model: 'b', model_b: 'a' } : {});
  });
  return qualityOf(
    await collect(rows, { columns: [answerLength] }),
    { prompts: [] },
    {
      judgements,
      ratings: [],
    },
  );
}

const uneven = (index: number): number => (index % 2 === 0 ? 200 : 50);

test.each([false, true])('a judge that likes the longer answer is named (turned: %s)', async (turned) => {
  const found = await figuresOf(
    (index) => (index < 10 ? 110 : uneven(index)),
    (index) => (index < 10 ? (index % 2 === 0 ? 'a' : 'b') : index % 2 === 0 ? 'b' : 'a'),
    turned,
  );
  const [figures] = found.preferences;
  expect(figures).toMatchObject({ model_b: 'b', similar_length: 10, similar_win_share: 0.5 });
  expect(figures!.length_correlation).toBeGreaterThan(0.7);
  expect(found.warnings.join(' ')).toMatch(
    /a against b: the longer answer tends to be preferred \(correlation 0\.\d\d by prompt\)\. b wins 50 % in all, and 50 % of 10 comparisons of about the same length/,
  );
});

test('a judge that does not look at length is not named', async () => {
  const found = await figuresOf(uneven, (index) => (index % 4 < 2 ? 'a' : 'b'));
  expect(found.preferences[0]!.length_correlation).toBeCloseTo(0, 10);
  expect(found.warnings.join(' ')).not.toMatch(/longer|shorter/);
});

test('where none are of a length, there is no share of them', async () => {
  const found = await figuresOf(uneven, (index) => (index % 2 === 0 ? 'a' : 'b'));
  expect(found.preferences[0]).toMatchObject({ similar_length: 0 });
  expect(found.preferences[0]!.similar_win_share).toBeUndefined();
  expect(found.warnings.join(' ')).toMatch(/the shorter answer tends .*No two answers are of about the same/);
});

test.each([
  ['not known', () => undefined],
  ['empty', () => 0],
])('lengths that are %s give no figure', async (_, lengthOf) => {
  const [figures] = (await figuresOf(lengthOf, () => 'b')).preferences;
  expect(figures).toMatchObject({ wins_b: 40 });
  expect(figures!.similar_length).toBeUndefined();
  expect(figures!.length_correlation).toBeUndefined();
});

test('four fifths of the longer is about the same length, less is not', async () => {
  const [figures] = (
    await figuresOf(
      (index) => [80, 79, 125, 126][index % 4]!,
      () => 'tie',
    )
  ).preferences;
  expect(figures).toMatchObject({ similar_length: 20, similar_win_share: 0.5 });
});

test('a correlation is sure by its t: 0.632 over ten pairs, and more where several are looked at', () => {
  expect([0.63, 0.634].map((r) => isCorrelated(r, 10))).toEqual([false, true]);
  expect(isCorrelated(0.634, 10, 2)).toBe(false);
  expect(isCorrelated(1, 2)).toBe(false);
});
