import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { nightlySuite, runIdOfNight, writeNight } from '../gate/testing/nightly-runs.ts';
import { scratch } from '../testing/gatebench.ts';
import { powerFacts } from './run-power.ts';

const home = await scratch();
const folder = home.path;
afterAll(() => home[Symbol.asyncDispose]());

/** The first ratio in a sentence. */
const ratioIn = (text: string | undefined): number => Number(/([\d.]+)× or more/.exec(text!)?.[1]);

test('before the first run, plan says what it assumes; after one, whose variances it takes', async () => {
  const { file, suite } = await nightlySuite(folder);
  const context = { routes: ['compat'], results: join(folder, 'results') };
  const assumed = await powerFacts(suite, context);
  expect(assumed).toMatch(/^Settles a difference in E2E latency of 1\.\d\d× or more between two models in 8/);
  expect(assumed).toContain('assumed variances');
  expect(assumed).toMatch(/10 more 1\.\d\d×, 20 more 1\.\d\d×, 40 more 1\.\d\d×\.$/);
  await writeNight(folder, { suite, file, night: 1, seed: 'power' });
  const known = await powerFacts(suite, context);
  expect(known).toContain(`variances of ${runIdOfNight(1)}`);
  // Its models like all prompts alike, so less is settled already.
  expect(ratioIn(known)).toBeLessThan(ratioIn(assumed));
});

test('neither a simulated run nor one of another suite represents the real ones', async () => {
  const { file, suite } = await nightlySuite(folder);
  const demo = join(folder, 'demo');
  await writeNight(demo, { suite, file, night: 2, seed: 'power', route: 'demo' });
  const results = join(demo, 'results');
  expect(await powerFacts(suite, { routes: ['compat'], results })).toContain('assumed variances');
  expect(await powerFacts(suite, { routes: ['demo'], results })).toContain(runIdOfNight(2));
  expect(await powerFacts({ ...suite, name: 'night' }, { routes: ['demo'], results })).toContain('assumed');
});

test('with too few prompts it says how many are needed, and with one model on one route nothing', async () => {
  const { suite } = await nightlySuite(folder, { prompts: 6 });
  const results = join(folder, 'nowhere');
  // Four models on E2E latency, since nothing is checked: 6 comparisons, and 2 ÷ 2ⁿ ≤ 0.05 ÷ 6 from eight prompts up.
  expect(await powerFacts(suite, { routes: ['compat'], results })).toMatch(
    /^Settles no difference between two models: 6 comparisons made together need at least 8 prompts/,
  );
  const one = { ...suite, models: suite.models.slice(0, 1) };
  expect(await powerFacts(one, { routes: ['compat'], results })).toBeUndefined();
  expect(await powerFacts(one, { routes: ['compat', 'direct'], results })).toContain('between two routes');
});
