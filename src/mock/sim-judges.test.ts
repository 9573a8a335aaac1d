import { expect, test } from 'vitest';
import { seededRandom } from '../base/random.ts';
import { judged, judgeSkill, plainJudge } from './sim-judges.ts';

const part = (name: string, text: string): string => `=== fence ${name} ===\n${text}\n=== fence end ===`;
const asked = (answers: Record<string, string>, words = 'yes | no'): string =>
  [part('conversation', 'user: What is the capital of Australia?')]
    .concat(
      Object.entries(answers).map(([name, text]) => part(name, text)),
      `Question: Right?`,
      `VERDICT: ${words}`,
    )
    .join('\n\n');

/** Share of many calls, each about another answer, that end in this word. */
function share(word: string, skill: string, prompt: (n: number) => string): number {
  const rounds = 4000;
  const random = seededRandom(skill);
  let count = 0;
  for (let n = 0; n < rounds; n++)
    if (judged(prompt(n), judgeSkill(skill)!, random).endsWith(`: ${word}`)) count++;
  return count / rounds;
}

test('names encode the skill, and other names have none', () => {
  expect(judgeSkill('sim-judge')).toEqual(plainJudge);
  expect(judgeSkill('sim-judge-80-70-first20-vague5')).toEqual({
    sensitivity: 0.8,
    specificity: 0.7,
    first: 0.2,
    longer: 0,
    vague: 0.05,
  });
  for (const name of ['sim-judges', 'sim-judge-', 'sim-judge-80', 'sim-swift', 'sim-judge-80-70-odd3'])
    expect(judgeSkill(name)).toBeUndefined();
});

test('sensitivity, specificity and vagueness are what the name says', () => {
  expect(share('yes', 'sim-judge-80-70', (n) => asked({ answer: `Canberra ${n}` }))).toBeCloseTo(0.8, 1);
  expect(share('no', 'sim-judge-80-70', (n) => asked({ answer: `Sydney ${n} [wrong]` }))).toBeCloseTo(0.7, 1);
  expect(share('yes', 'sim-judge-100-100', () => asked({ answer: 'Sydney' }))).toBe(0);
  expect(share('looks at it.', 'sim-judge-100-100-vague30', (n) => asked({ answer: `a${n}` }))).toBe(0);
  expect(share('yes', 'sim-judge-100-100-vague30', (n) => asked({ answer: `a${n}` }))).toBeCloseTo(0.7, 1);
  expect(share('polite', 'sim-judge-100-100', () => asked({ answer: 'a' }, 'rude | plain | polite'))).toBe(1);
});

test('equal answers tie; bias takes the first one, or the longer one', () => {
  const words = 'first | second | tie';
  const same = { 'first answer': 'a', 'second answer': 'a' };
  expect(share('tie', 'sim-judge', () => asked(same, words))).toBe(1);
  expect(share('first', 'sim-judge-90-85-first20', () => asked(same, words))).toBeCloseTo(0.2, 1);
  const unlike = (n: number): Record<string, string> => ({
    'first answer': `a${n}`,
    'second answer': `bb${n}`,
  });
  const [plain, long] = ['sim-judge', 'sim-judge-90-85-long15'].map((name) =>
    share('second', name, (n) => asked(unlike(n), words)),
  );
  expect(plain! - share('first', 'sim-judge', (n) => asked(unlike(n), words))).toBeCloseTo(0, 1);
  expect(long! - plain!).toBeGreaterThan(0.05);
});
