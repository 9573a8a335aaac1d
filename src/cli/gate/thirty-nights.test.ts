import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratch, testIo } from '../testing/gatebench.ts';
import { executeDecision } from './decide.ts';
import { gateCode, gateNight } from './night.ts';
import { nightlySuite, runIdOfNight, writeNight } from './testing/nightly-runs.ts';

interface Verdict {
  night: number;
  word: string;
  code: number;
  /** Cells with a problem: `glm warning`. */
  cells: string[];
}

interface Month {
  /** Slowdown of a model on a night. */
  slowerOn?: (night: number) => Partial<Record<string, number>>;
  /** Night after which somebody accepts a night as glm's new level. */
  accepted?: { after: number; night: number };
}

/** Thirty nights through run folders, history file and gate, as in CI. */
async function thirtyNights(
  seed: string,
  { slowerOn = () => ({}), accepted }: Month = {},
): Promise<Verdict[]> {
  await using home = await scratch();
  const folder = home.path;
  const { file, suite } = await nightlySuite(folder);
  const verdicts: Verdict[] = [];
  for (let night = 1; night <= 30; night++) {
    const run = await writeNight(folder, { suite, file, night, seed, slower: slowerOn(night) });
    const { report } = await gateNight({
      run,
      results: 'results',
      history: join(folder, 'history'),
      dryRun: false,
    });
    const cells = report.cells
      .filter(({ word }) => word === 'warning' || word === 'fail')
      .map(({ model = 'all', word }) => `${model} ${word}`);
    verdicts.push({ night, word: report.word, code: gateCode(report, false), cells });
    if (night === accepted?.after)
      await executeDecision(
        {
          decision: 'accept',
          night: runIdOfNight(accepted.night),
          reason: 'a new version, here to stay',
          history: join(folder, 'history'),
          model: 'glm',
          route: undefined,
          metric: undefined,
        },
        testIo(folder),
      );
  }
  return verdicts;
}

/** To print them: `NIGHTS=1 npx vitest run src/cli/gate/thirty-nights`. */
function show(verdicts: readonly Verdict[]): void {
  if (!process.env['NIGHTS']) return;
  for (const { night, word, code, cells } of verdicts)
    process.stdout.write(`| ${night} | ${word} | ${code} | ${cells.join(', ')} |\n`);
}

test('a model that becomes 1.3× slower on night 20 warns that night and fails the next, and never passes again', async () => {
  const verdicts = await thirtyNights('one real regression', {
    slowerOn: (night) => (night >= 20 ? { glm: 1.3 } : {}),
  });
  show(verdicts);
  const words = verdicts.map(({ word }) => word);
  expect(words.slice(0, 7)).toEqual([0, 1, 2, 3, 4, 5, 6].map((nights) => `learning ${nights}/7`));
  expect(words.slice(7, 19)).not.toContain('fail');
  const warned = verdicts.find(({ night, cells }) => night >= 20 && cells.includes('glm warning'))?.night;
  const failed = verdicts.find(({ cells }) => cells.includes('glm fail'))?.night;
  expect([20, 21]).toContain(warned);
  expect([21, 22]).toContain(failed);
  // A night on which the change is less sure is not settled. None of the ten passes again.
  expect(words.slice(failed! - 1)).not.toContain('pass');
});

test('accepted after a few red nights, the new level is learned and then passes', async () => {
  const verdicts = await thirtyNights('one real regression', {
    slowerOn: (night) => (night >= 20 ? { glm: 1.3 } : {}),
    accepted: { after: 23, night: 20 },
  });
  show(verdicts);
  const words = verdicts.map(({ word }) => word);
  expect(words.slice(20, 23)).toEqual(['fail', 'fail', 'fail']);
  // The baseline starts with night 20: it has four nights on night 24, and seven on night 27.
  expect(words.slice(23, 26)).toEqual(['learning 4/7', 'learning 5/7', 'learning 6/7']);
  expect(verdicts.slice(23).map(({ code }) => code)).toEqual(Array<number>(7).fill(0));
  expect(words.slice(26)).toContain('pass');
});

test('three slow nights fail while they last, and pass again when they are over', async () => {
  const verdicts = await thirtyNights('an episode', {
    slowerOn: (night) => (night >= 20 && night <= 22 ? { glm: 1.5 } : {}),
  });
  show(verdicts);
  expect(verdicts.slice(19, 22).map(({ word }) => word)).toEqual(['warning', 'fail', 'fail']);
  expect(verdicts.slice(22).flatMap(({ cells }) => cells)).not.toContain('glm fail');
  expect(verdicts.slice(22).map(({ word }) => word)).toContain('pass');
});

test('thirty clean nights never fail, and hardly ever warn', async () => {
  for (const seed of ['s7', 's10', 's11']) {
    const verdicts = await thirtyNights(seed);
    show(verdicts);
    const words = verdicts.slice(7).map(({ word }) => word);
    expect(verdicts.map(({ code }) => code)).toEqual(verdicts.map(() => 0));
    // These seeds represent the usual month. How often a month is worse is measured over many in bench/.
    expect(words.filter((word) => word === 'warning').length).toBeLessThanOrEqual(3);
    expect(words.filter((word) => word === 'pass').length).toBeGreaterThanOrEqual(15);
  }
});
