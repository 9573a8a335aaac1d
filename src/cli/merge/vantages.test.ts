import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadRun } from '../../analysis/read-run.ts';
import type { Manifest } from '../../journal/manifest.ts';
import { keyOf, readRequests } from '../../journal/read-journal.ts';
import { manifestOf } from '../../journal/testing/manifest.ts';
import { cell, prompt } from '../../plan/testing/planned.ts';
import { gatebench, scratch, type Finished, type Scratch } from '../testing/gatebench.ts';
import { joinedManifest } from './join-shards.ts';
import { assertSamePlan, missingShards, type Part } from './same-plan.ts';

const model = 'custom-ollama/sim-exact?ttftMs=20&gapMs=1&answerFrames=3';
const suite = {
  version: 1,
  name: 'places',
  models: [
    { id: 'fra', model },
    { id: 'two', model },
  ],
  prompts: Array.from({ length: 4 }, (_, index) => ({ id: `p${index}`, prompt: `Question ${index}?` })),
  run: { repeat: 1, warmup: 1, concurrency: 4 },
};

let home: Scratch;
const send = (...flags: string[]): Promise<Finished> =>
  gatebench(['run', 'places.yaml', '--route', 'demo', '--quiet', ...flags], home.path);
beforeAll(async () => {
  home = await scratch();
  await writeFile(join(home.path, 'places.yaml'), JSON.stringify(suite));
  const sent = [
    await send('--vantage', 'fra', '--label', 'isp=telekom,room=2', '--out', 'fra'),
    await send(...'--vantage ams --label isp=kpn,room=2 --out ams --seed 7 --shard 2/2'.split(' ')),
    await send(...'--vantage ams --label isp=kpn,room=2 --out ams1 --seed 7 --shard 1/2'.split(' ')),
  ];
  expect(sent.map(({ code }) => code)).toEqual([0, 0, 0]);
});
afterAll(() => home[Symbol.asyncDispose]());

test('a place and the labels are on every row and in the manifest', async () => {
  const rows = await Array.fromAsync(readRequests(join(home.path, 'fra')));
  expect(rows).toHaveLength(2 * 5);
  for (const row of rows) expect(row).toMatchObject({ vantage: 'fra', labels: ['isp=telekom', 'room=2'] });
  expect((await loadRun(join(home.path, 'fra'))).manifest).toMatchObject({
    vantages: ['fra'],
    labels: { isp: 'telekom', room: '2' },
  });
});

test('runs from several places are one run, whatever their seeds and shards', async () => {
  const merged = await gatebench(['merge', 'ams', 'fra', 'ams1', '--out', 'both'], home.path);
  expect(merged, merged.stderr).toMatchObject({ code: 0 });
  expect(merged.stdout).toMatch(/^From ams$[\s\S]*^From fra$/m);
  expect(merged.stderr).toContain('3 of 3 parts from 2 places joined');
  const folder = join(home.path, 'both');
  const rows = await Array.fromAsync(readRequests(folder));
  expect(new Set(rows.map(keyOf)).size).toBe(rows.length);
  const { report, manifest, collected } = await loadRun(folder);
  expect(report.run).toMatchObject({
    ...{ status: 'complete', vantages: ['ams', 'fra'], requests_done: 16, requests_planned: 16 },
  });
  expect(report.run).not.toHaveProperty('labels');
  // A separate run, which may be next to its parts.
  expect(manifest.merged_from!.map(({ run_id }) => run_id)).not.toContain(manifest.run_id);
  expect(report.run.seed).toMatch(/^7, \d+$|^\d+, 7$/);
  expect(manifest.merged_from).toEqual([
    expect.objectContaining({ vantage: 'ams', shard: '1/2', seed: 7, labels: { isp: 'kpn', room: '2' } }),
    expect.objectContaining({ vantage: 'ams', shard: '2/2' }),
    expect.objectContaining({ vantage: 'fra', shard: '1/1' }),
  ]);
  // One model has the name of a place. It is still distinguished.
  expect(collected.cells.map(({ model: id, vantage }) => `${id} ${vantage}`)).toEqual([
    'fra ams',
    'fra fra',
    'two ams',
    'two fra',
  ]);
  const pairs = report.pairs.map(({ model_a, model_b, vantage }) => `${model_a} ${model_b} ${vantage}`);
  expect(pairs).toEqual(['fra from ams two from ams ams', 'fra from fra two from fra fra']);
  expect(report.places).toMatchObject([{ model_a: 'fra', model_b: 'two' }]);

  const compared = await gatebench(['compare', 'both', '--by', 'vantage', '--json'], home.path);
  const { by, pairs: ways } = JSON.parse(compared.stdout) as { by: string; pairs: { model_b: string }[] };
  expect(by).toBe('vantage');
  expect(new Set(ways.map(({ model_b: name }) => name))).toEqual(new Set(['fra from fra', 'two from fra']));
  expect((await gatebench(['compare', 'fra', '--by', 'vantage'], home.path)).stderr).toContain(
    'gatebench merge',
  );

  for (const flag of ['--resume', '--retry-errors']) {
    const refused = await gatebench(['run', flag, 'both'], home.path);
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toMatch(/was merged from ams and fra.*Resume each/s);
  }
});

test.each([
  [['--vantage', 'a\nb'], '--vantage "a\\nb"'],
  [['--vantage', '=1+1'], '--vantage "=1+1"'],
  [['--vantage', 'x'.repeat(200)], 'at most 40'],
  [['--label', 'isp'], '--label "isp"'],
  [['--label', '=1+1'], '--label "=1+1"'],
  [['--label', 'a=1', '--label', 'a=2'], 'given twice'],
])('%j is refused in one line, before anything is sent', async (flags, message) => {
  const { code, stderr } = await send(...flags, '--out', 'never');
  expect(code).toBe(2);
  expect(stderr).toContain(message);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  await expect(readFile(join(home.path, 'never', 'run.json'))).rejects.toThrow('ENOENT');
});

test.each([
  [['--vantage', 'ams'], '--vantage: a resumed run keeps'],
  [['--label', 'isp=kpn'], '--label: a resumed run keeps'],
])('%j cannot continue a run of another place', async (flags, message) => {
  const refused = await gatebench(['run', '--resume', 'fra', ...flags], home.path);
  expect(refused).toMatchObject({ code: 2 });
  expect(refused.stderr).toContain(message);
  const same = ['--vantage', 'fra', '--label', 'room=2,isp=telekom'];
  expect((await gatebench(['run', '--resume', 'fra', ...same], home.path)).stderr).toContain('is complete');
});

test('a credential is not the name of a place', async () => {
  const { code, stderr } = await gatebench(
    ['run', 'places.yaml', '--route', 'demo', '--vantage', 'secret-token-4711'],
    home.path,
    { CF_AIG_TOKEN: 'secret-token-4711' },
  );
  expect(code).toBe(2);
  expect(stderr).toContain('holds the value of CF_AIG_TOKEN');
  expect(stderr).not.toContain('4711');
});

test('rows from a different place than their run says are refused, and nothing is left behind', async () => {
  await cp(join(home.path, 'fra'), join(home.path, 'moved'), { recursive: true });
  const path = join(home.path, 'moved', 'run.json');
  const manifest = JSON.parse(await readFile(path, 'utf8')) as Manifest;
  await writeFile(path, JSON.stringify({ ...manifest, vantages: ['lhr'] }));
  const merge = (...parts: string[]): Promise<Finished> =>
    gatebench(['merge', ...parts, '--out', 'twice'], home.path);
  const refused = await merge('ams', 'ams1', 'moved');
  expect(refused).toMatchObject({ code: 2 });
  expect(refused.stderr).toMatch(/moved\/requests\.csv has rows from fra, but run\.json says lhr/);
  expect(await merge('ams', 'ams1', 'fra')).toMatchObject({ code: 0 });
});

describe('parts that are not one run', () => {
  const whole = manifestOf().suite;
  const plan = { ...whole, prompts: [prompt('a'), prompt('b')] };
  const part = (folder: string, change: Partial<Manifest>): Part => ({
    folder,
    manifest: { ...manifestOf({ run_id: folder, suite: plan, status: 'complete' }), ...change },
  });
  const fra = part('x', { vantages: ['fra'] });
  const first = { shard: { index: 1, count: 2 } };

  test.each<[string, Part, RegExp]>([
    [
      'the same place twice',
      part('y', { vantages: ['fra'] }),
      /^x and y both contain the prompt "a" from fra/,
    ],
    [
      'its other shard by another seed',
      part('y', { vantages: ['fra'], ...first }),
      /number of shards differ/,
    ],
    ['a part without a place', part('y', {}), /^x was sent from fra, and y does not say from where/],
    [
      'another suite',
      part('y', {
        ...{ vantages: ['ams'], suite_hash: 'other' },
        suite: { ...plan, models: [cell('kimi').model], prompts: [prompt('a'), prompt('c')] },
      }),
      /^x and y are not parts of one run: their suite differ in models: glm, kimi; prompts: b, c\.$/,
    ],
    [
      'other repeats',
      part('y', { vantages: ['ams'], suite: { ...plan, run: { ...plan.run, repeat: 9 } } }),
      /run\.repeat differ/,
    ],
    [
      'other routes',
      part('y', { vantages: ['ams'], routes: [{ route: 'compat', host: 'h' }] }),
      /routes differ/,
    ],
  ])('%s', (_, other, message) => {
    expect(() => assertSamePlan([fra, other])).toThrow(message);
  });

  test('places have seeds and shards of their own; without a name, a remedy is named', () => {
    assertSamePlan([fra, part('y', { vantages: ['ams'], seed: 8, ...first })]);
    expect(() => assertSamePlan([part('x', {}), part('y', { seed: 8 })])).toThrow('run --vantage NAME');
  });

  test('what is missing is missing from its place, and no whole is better than its parts', () => {
    const ams = part('y', { vantages: ['ams'], seed: 8, ...first });
    expect(missingShards([fra, ams])).toEqual(['2/2 from ams']);
    expect(joinedManifest([fra, ams])).toMatchObject({ status: 'incomplete', vantages: ['ams', 'fra'] });
    const broken = part('z', { vantages: ['tok'], status: 'incomplete' });
    expect(joinedManifest([fra, broken])).toMatchObject({
      status: 'incomplete',
      notes: [{ text: 'tok is incomplete' }],
    });
    expect(joinedManifest([fra, part('z', { vantages: ['tok'], status: 'running' })]).status).toBe(
      'interrupted',
    );
  });

  test('the same parts are the same run, in whatever order and steps', () => {
    const [ams, tok] = ['ams', 'tok'].map((name) => part(name, { vantages: [name] })) as [Part, Part];
    const whole = joinedManifest([ams, fra, tok]);
    expect(joinedManifest([tok, ams, fra]).run_id).toBe(whole.run_id);
    const step = { folder: 'step', manifest: joinedManifest([ams, fra]) };
    assertSamePlan([step, tok]);
    expect(joinedManifest([step, tok])).toMatchObject({
      run_id: whole.run_id,
      vantages: ['ams', 'fra', 'tok'],
      merged_from: whole.merged_from,
    });
    expect(() => assertSamePlan([step, ams])).toThrow('step and ams both contain the prompt "a" from ams');
  });

  test('a run that workers served from two places keeps both', () => {
    const served = part('z', { vantages: ['nrt', 'ams'] });
    assertSamePlan([fra, served]);
    expect(joinedManifest([fra, served])).toMatchObject({
      vantages: ['ams', 'fra', 'nrt'],
      merged_from: [{ vantage: 'fra' }, { run_id: 'z', vantage: 'nrt' }, { run_id: 'z', vantage: 'ams' }],
    });
    expect(() => assertSamePlan([served, part('y', { vantages: ['ams'], seed: 42 })])).toThrow('from ams');
  });

  test('other versions of gatebench are named', () => {
    const { versions } = manifestOf();
    const newer = part('y', { vantages: ['ams'], versions: { ...versions, gatebench: '9.0.0' } });
    expect(joinedManifest([fra, newer]).notes).toMatchObject([
      { text: 'parts were made by different versions of gatebench: 0.1.0 (fra), 9.0.0 (ams)' },
    ]);
  });
});
