import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nightVerdicts, type NightVerdict } from '../../analysis/night-verdicts.ts';
import { FileState } from '../../journal/file-state.ts';
import { gatebench, scratch, testIo } from '../testing/gatebench.ts';
import { executeDecision } from './decide.ts';
import { gateNight } from './night.ts';
import { nightlySuite, runIdOfNight, writeNight, type NightOptions } from './testing/nightly-runs.ts';
import { readVerdicts, verdictsFile } from './verdicts-file.ts';

const verdictsOf = async (history: string): Promise<NightVerdict[]> =>
  nightVerdicts(await readVerdicts(history, new FileState()));

/** Gates some nights. Returns the gate's verdicts. */
async function nightsOf(
  folder: string,
  nights: readonly Partial<NightOptions>[],
): Promise<{ history: string; words: string[] }> {
  const { file, suite } = await nightlySuite(folder, { prompts: 6 });
  const history = join(folder, 'history');
  const words: string[] = [];
  for (const [index, night] of nights.entries()) {
    const run = await writeNight(folder, { suite, file, night: index + 1, seed: 's7', ...night });
    const { report } = await gateNight({ run, results: 'results', history, dryRun: false });
    words.push(report.word);
  }
  return { history, words };
}

const quiet: Partial<NightOptions>[] = Array.from({ length: 8 }, () => ({}));

test('every run that was gated has its verdict, incomplete ones too, and alarms say what they are about', async () => {
  await using folder = await scratch();
  const { history, words } = await nightsOf(folder.path, [
    ...quiet,
    { slower: { glm: 3 } },
    { failing: 0.5 },
  ]);
  const verdicts = await verdictsOf(history);
  expect(verdicts.map(({ word }) => word)).toEqual(words);
  expect(words.slice(6)).toEqual(['learning 6/7', expect.any(String), 'warning', 'incomplete']);
  expect(verdicts[0]?.verdict).toBe('learning');
  const alarm = verdicts[8]?.alarms.find(({ model }) => model === 'glm');
  expect(alarm).toMatchObject({ word: 'warning', metric: 'e2e_latency_ms', route: 'compat' });
  expect(alarm?.says).toMatch(/^warning 1\/2: e2e_latency_ms of glm is /);
  expect(verdicts[9]?.says).toMatch(/requests failed, more than max_error_rate/);
});

test('a run that is gated again has one verdict, the last; what did not change is not written again', async () => {
  await using folder = await scratch();
  const { history } = await nightsOf(folder.path, [...quiet, { slower: { glm: 3 } }]);
  const before = await readFile(verdictsFile(history), 'utf8');
  const again = { run: join(folder.path, 'results/nightly', runIdOfNight(9)), results: 'results', history };
  await gateNight({ ...again, dryRun: false });
  await gateNight({ ...again, dryRun: true });
  expect(await readFile(verdictsFile(history), 'utf8')).toBe(before);
  const accepted = { decision: 'accept', night: 'latest', reason: 'new version', history } as const;
  await executeDecision(
    { ...accepted, model: undefined, route: undefined, metric: undefined },
    testIo(folder.path),
  );
  await gateNight({ ...again, dryRun: true });
  expect(await readFile(verdictsFile(history), 'utf8')).toBe(before);
  await gateNight({ ...again, dryRun: false });
  const verdicts = await verdictsOf(history);
  expect(verdicts).toHaveLength(9);
  expect(verdicts.at(-1)).toMatchObject({ word: 'learning 0/7', alarms: [] });
});

test('a shard has no verdict', async () => {
  await using folder = await scratch();
  const { history } = await nightsOf(folder.path, [{ manifest: { shard: { index: 1, count: 2 } } }]);
  expect(await verdictsOf(history)).toEqual([]);
});

test("the verdict is printed even if the run's folder is not writable", async () => {
  await using folder = await scratch();
  const { file, suite } = await nightlySuite(folder.path, { prompts: 2 });
  const run = await writeNight(folder.path, { suite, file, night: 1, seed: 's7' });
  await mkdir(join(run, 'gate.json'));
  const { code, stdout, stderr } = await gatebench(['gate', run, '--history', 'history'], folder.path);
  expect([code, stdout.split(' ')[0]]).toEqual([0, 'learning']);
  expect(stderr).toMatch(/gate\.json cannot be written/);
});
