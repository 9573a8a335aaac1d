import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { level } from '../../diagnose/calibrate/testing/level.ts';
import { loadRun } from '../../analysis/read-run.ts';
import { readQuality } from '../../journal/quality-journals.ts';
import { readRequests } from '../../journal/read-journal.ts';
import { readManifest } from '../../journal/manifest.ts';
import { gatebench, scratch, type Finished } from '../testing/gatebench.ts';
import { createMock } from '../../mock/mock-server.ts';
import { joinedManifest } from './join-shards.ts';
import { assertSamePlan, missingShards, type Part } from './same-plan.ts';

const token = 'test-token-4711';

const suite = `version: 1
name: trial
models: [custom-ollama/sim-swift, custom-ollama/sim-wordy]
defaults: { params: { max_tokens: 100 } }
prompts:
${Array.from({ length: 5 }, (_, n) => `  - { id: p${n}, prompt: "Question number ${n}?" }`).join('\n')}
run: { repeat: 2, warmup: 1, concurrency: 4 }
thresholds: [{ metric: geomean(completion_tokens), max: 1, strict: true }]
`;

const to = (url: string): string[] => ['--base-url', `${url}/v1/a/g/compat`];

async function sendShard(cwd: string, url: string, shard: string): Promise<Finished> {
  const [index] = shard.split('/');
  return gatebench(
    ['run', 'trial.yaml', ...to(url), '--seed', '7', '--shard', shard, '--out', `s${index}`],
    cwd,
    { CF_AIG_TOKEN: token },
  );
}

describe('shards', () => {
  test('bring along what judges have said of their answers', async () => {
    await using cwd = await scratch();
    const quality =
      "quality: { judges: [{ id: j, model: 'custom-ollama/sim-judge?instant=true' }], criteria: [{ id: c, ask: 'Right?' }] }";
    const judged = suite
      .replace('defaults: {', 'defaults: { criteria: [c],')
      .replace(/repeat: 2, warmup: 1/, 'repeat: 1, warmup: 0');
    await writeFile(join(cwd.path, 'trial.yaml'), `${judged}${quality}\n`);
    const mock = await createMock({ gatewayToken: token, speed: 50 });
    const way = [...to(mock.url), '--quiet'];
    for (const shard of ['1/2', '2/2']) {
      await sendShard(cwd.path, mock.url, shard);
      const scored = await gatebench(['score', `s${shard[0]}`, ...way], cwd.path, { CF_AIG_TOKEN: token });
      expect(scored, scored.stderr).toMatchObject({ code: 0 });
    }
    await mock.close();
    await gatebench(['merge', 's2', 's1', '--out', 'whole'], cwd.path);
    const whole = join(cwd.path, 'whole');
    const { judgements, warnings } = await readQuality(whole);
    expect(warnings).toEqual([]);
    expect(judgements).toHaveLength(10);
    const { run_id } = await readManifest(whole);
    expect(new Set(judgements.map((row) => row.run_id))).toEqual(new Set([run_id]));
    expect((await readFile(join(whole, 'judgements.jsonl'), 'utf8')).split('\n')).toHaveLength(11);
  });

  test('are joined in any order into one run, which reports and counts like one', async () => {
    await using cwd = await scratch();
    await writeFile(join(cwd.path, 'trial.yaml'), suite);
    const mock = await createMock({ gatewayToken: token, speed: 20 });
    const sent = [await sendShard(cwd.path, mock.url, '1/2'), await sendShard(cwd.path, mock.url, '2/2')];
    await mock.close();
    // The threshold is broken, but a shard does not decide it.
    expect(sent.map(({ code }) => code)).toEqual([0, 0]);

    const merged = await gatebench(['merge', 's2', 's1', '--out', 'whole'], cwd.path);
    expect(merged).toMatchObject({ code: 0 });
    expect(merged.stdout).toContain('✗ geomean(completion_tokens) of sim-swift');
    const folder = join(cwd.path, 'whole');
    const rows = await Array.fromAsync(readRequests(folder));
    const { report, manifest } = await loadRun(folder);
    expect(report.run).toMatchObject({
      status: 'complete',
      prompts: 5,
      requests_done: 20,
      requests_planned: 20,
    });
    expect(manifest.shard).toBeUndefined();
    expect(manifest.merged_from?.map(({ shard }) => shard)).toEqual(['1/2', '2/2']);
    expect(new Set(rows.map(({ run_id }) => run_id))).toEqual(new Set([manifest.run_id]));

    // Blocks stay whole: one prompt, one repeat, both models.
    const blocks = Map.groupBy(rows, ({ block }) => block);
    expect(blocks.size).toBe(2 + 10);
    for (const block of blocks.values()) {
      expect(new Set(block.map(({ prompt_id, repeat }) => `${prompt_id} ${repeat}`)).size).toBe(1);
      expect(block.map(({ model }) => model).sort()).toEqual(['sim-swift', 'sim-wordy']);
    }
    const answers = (await readFile(join(folder, 'answers.jsonl'), 'utf8')).trimEnd().split('\n');
    expect(answers).toHaveLength(rows.length);

    const parts = await Promise.all(
      ['s2', 's1'].map(async (name): Promise<Part> => {
        const shard = join(cwd.path, name);
        return { folder: name, manifest: await readManifest(shard) };
      }),
    );
    const [second, first] = parts as [Part, Part];
    expect(missingShards([second])).toEqual(['1/2']);
    expect(joinedManifest([second])).toMatchObject({
      status: 'incomplete',
      notes: [{ text: 'shard 1/2 is missing' }],
    });
    const calibration = { levels: [level(64, 1)] };
    const proven = [first, second].map((part) => ({ ...part, manifest: { ...part.manifest, calibration } }));
    expect(joinedManifest(proven).calibration).toEqual(calibration);
    expect(joinedManifest([proven[0]!, second]).calibration).toBeUndefined();
    expect(() => assertSamePlan([first, first])).toThrow('both contain the prompt "p0"');
    const otherSeed = { folder: 's3', manifest: { ...second.manifest, seed: 8 } };
    expect(() => assertSamePlan([first, otherSeed])).toThrow('their seed differ (7, 8)');
    const otherSuite = { folder: 's3', manifest: { ...second.manifest, suite_hash: 'other' } };
    expect(() => assertSamePlan([first, otherSuite])).toThrow('their suite differ');
  }, 60_000);

  test.each([
    [['--shard', '3/2', '--seed', '1'], '--shard takes i/n'],
    [['--shard', '1/2'], '--shard needs --seed'],
    [['--shard', '1/9', '--seed', '1'], 'would leave some of them empty'],
  ])('%j is refused before anything is sent', async (flags, message) => {
    await using cwd = await scratch();
    await writeFile(join(cwd.path, 'trial.yaml'), suite);
    const env = { CF_AIG_TOKEN: token };
    const base = ['run', 'trial.yaml', ...to('http://127.0.0.1:9')];
    const { code, stderr } = await gatebench([...base, ...flags], cwd.path, env);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(await readdir(cwd.path)).toEqual(['trial.yaml']);
  });
});

describe('thresholds of a run', () => {
  test('end it with 4 when one fails, and with 6 when one is open and --strict is given', async () => {
    await using cwd = await scratch();
    const mock = await createMock({ gatewayToken: token });
    const args = ['run', 'trial.yaml', ...to(mock.url), '--quiet'];
    // Slow enough that a busy machine can measure them.
    const slow = 'custom-ollama/sim-exact?ttftMs=400&gapMs=40&answerFrames=4';
    const models = `models: [{ id: sim-swift, model: "${slow}" }, { id: sim-wordy, model: "${slow}" }]`;
    const send = async (limit: string, ...flags: string[]): Promise<Finished> => {
      const text = suite.replace(/models.*/, models).replace(/thresholds.*/, `thresholds: [${limit}]`);
      await writeFile(join(cwd.path, 'trial.yaml'), text.replace('concurrency: 4', 'concurrency: 8'));
      return gatebench([...args, ...flags], cwd.path, { CF_AIG_TOKEN: token });
    };
    const failed = await send('{ metric: geomean(completion_tokens), max: 1 }', '--json');
    expect(failed.code).toBe(4);
    expect(JSON.parse(failed.stdout)).toMatchObject({
      thresholds: [{ verdict: 'failed' }, { verdict: 'failed' }],
    });
    const open = '{ metric: p99(completion_tokens), max: 60000 }';
    const strict = await send(open, '--strict');
    // A machine that is too busy even for these ends a strict run with 3, and says so.
    expect(strict.code).toBe(strict.stdout.includes('machine too busy to measure') ? 3 : 6);
    expect(strict.stdout).toMatch(
      /not settled: p99\(completion_tokens\) of sim-swift, at most 60k, 10 requests\s+are too few/,
    );
    await mock.close();
  }, 60_000);
});
