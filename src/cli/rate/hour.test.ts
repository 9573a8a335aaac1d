import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { expect, test } from 'vitest';
import { readSheet } from '../../journal/read-sheet.ts';
import { isWrong } from '../../mock/mock-models.ts';
import { gatebench, scratch, type Finished } from '../testing/gatebench.ts';

/** One model repeats the prompt, which is wrong half of the time. The other gives the mock's usual answers. */
const suite = `version: 1
name: hour
models: [{ id: steady, model: custom-ollama/sim-instant }, { id: parrot, model: custom-ollama/sim-echo }]
defaults: { criteria: [correct] }
prompts:
${Array.from({ length: 44 }, (_, n) => `  - { id: p${n}, prompt: 'Case ${n}${n % 2 === 0 ? ' [wrong]' : ''}' }`).join('\n')}
quality:
  judges: [{ id: j, model: 'custom-ollama/sim-judge-70-85?instant=true', concurrency: 16 }]
  criteria: [{ id: correct, ask: Is it right? }]
  need: { limits: [{ metric: rate(correct), min: 0.8 }], then: fastest }
run: { repeat: 1, warmup: 0, concurrency: 16 }
`;

interface Chosen {
  answer: string;
  choice: { surely: string[]; open: string[]; out: string[] }[];
}

test("a person's hour: the judge alone settles nothing, and labels by people show which model is good", async () => {
  await using home = await scratch();
  const at = (name: string): string => join(home.path, name);
  const done = async (...args: string[]): Promise<Finished> => {
    const finished = await gatebench(args, home.path, {}, 100);
    expect(finished.code, finished.stderr).toBe(0);
    return finished;
  };
  const choose = async (): Promise<Chosen> =>
    JSON.parse((await done('choose', 'latest', '--json')).stdout) as Chosen;
  await writeFile(at('suite.yaml'), suite);

  await done('run', 'suite.yaml', '--route', 'demo', '--quiet', '--seed', '1');
  const [unjudged] = (await choose()).choice;
  expect(unjudged!.open.toSorted()).toEqual(['parrot', 'steady']);

  await done('score', 'latest', '--quiet');
  const before = await choose();
  expect(before.answer).toMatch(
    /: nothing is sure: .*30 labels by people for each would let the judge count/,
  );
  expect(before.choice[0]!.surely).toEqual([]);

  await done('rate', 'export', 'latest', '--per-model', '40', '--overlap', '0.2', '-o', 'sheet.csv');
  for (const [sheet, rater] of [
    ['sheet.csv', 'anna'],
    ['sheet-second.csv', 'ben'],
  ] as const) {
    // People follow the truth, and see only what is in the sheet.
    const rows = (await readSheet(at(sheet))).map(({ cells }) => ({
      ...Object.fromEntries(cells),
      verdict: isWrong(cells.get('conversation')!, cells.get('answer')!) ? 'no' : 'yes',
    }));
    await writeFile(at(sheet), stringify(rows, { header: true }));
    await done('rate', 'import', 'latest', sheet, '--rater', rater);
  }

  const after = await choose();
  expect(after.answer).toMatch(/: steady is the only one that is surely good enough/);
  expect(after.choice).toMatchObject([{ surely: ['steady'], open: [], out: ['parrot'] }]);
  const { quality } = JSON.parse((await done('report', 'latest', '--json')).stdout) as {
    quality: Record<string, unknown>[];
  };
  const corrected = quality.filter(({ criterion }) => criterion === 'correct');
  expect(corrected).toMatchObject([
    { model: 'steady', basis: 'judge+people', rated: 40, raters: 2, rate: 1 },
    { model: 'parrot', basis: 'judge+people', rated: 40, raters: 2, rater_kappa: 1 },
  ]);
  // The judge passed some wrong answers and failed some right ones. The truth is a half.
  expect(corrected[0]!['judge_rate']).not.toBe(1);
  const [low, high] = [corrected[1]!['rate_ci_low'], corrected[1]!['rate_ci_high']] as [number, number];
  expect(low).toBeLessThan(0.5);
  expect(high).toBeGreaterThan(0.5);
});
