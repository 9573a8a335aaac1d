import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { seededRandom } from '../base/random.ts';
import { checkKnobs } from './knobs.ts';
import { answerTo, simModels, thoughtAbout } from './mock-models.ts';

interface SmokeSuite {
  models: { model: string }[];
  prompts: { id: string; prompt: string }[];
}

const smoke = parse(
  await readFile(new URL('../../suites/smoke.yaml', import.meta.url), 'utf8'),
) as SmokeSuite;
const sure = { accuracy: 1, style: 'short' } as const;

test('every model of the smoke suite is there', () => {
  const names = simModels.map(({ name }) => `custom-ollama/${name}`);
  for (const { model } of smoke.models) expect(names).toContain(model);
});

test('every prompt of the smoke suite has answers of its own', () => {
  const answers = smoke.prompts.map(({ prompt }) => answerTo(prompt, sure, () => 0.5));
  expect(new Set(answers).size).toBe(smoke.prompts.length);
  expect(answers.filter((answer) => answer.includes('simulated'))).toEqual([]);
  expect(new Set(smoke.prompts.map(({ prompt }) => thoughtAbout(prompt))).size).toBe(smoke.prompts.length);
});

test('chance decides between right and wrong', () => {
  const unsure = { accuracy: 0.5, style: 'short' } as const;
  const prompt = 'What is the capital of Australia?';
  expect(answerTo(prompt, unsure, () => 0.49)).toBe('Canberra');
  expect(answerTo(prompt, unsure, () => 0.5)).toBe('Sydney');
});

test.each(simModels.map((model) => [model.name, model] as const))(
  '%s draws knobs that exist, the same for the same seed',
  (_name, { law }) => {
    for (let seed = 0; seed < 50; seed++) {
      const drawn = law(seededRandom(seed), 'hello');
      const given = Object.fromEntries(Object.entries(drawn).filter(([, value]) => value !== undefined));
      expect(() => checkKnobs(given)).not.toThrow();
      expect(law(seededRandom(seed), 'hello')).toEqual(drawn);
    }
  },
);

test('the models differ in speed', () => {
  const geomean = (name: string): number => {
    const { law } = simModels.find((model) => model.name === name)!;
    const times = Array.from({ length: 99 }, (_, seed) => law(seededRandom(seed), 'hello').ttftMs!);
    return times.sort((a, b) => a - b)[49]!;
  };
  expect(geomean('sim-swift')).toBeLessThan(geomean('sim-thinker'));
  expect(geomean('sim-thinker')).toBeLessThan(geomean('sim-wordy'));
});
