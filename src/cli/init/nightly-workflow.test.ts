import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readHistory } from '../gate/history-file.ts';
import { scratch, type Scratch } from '../testing/gatebench.ts';
import { nightlyWorkflow } from './nightly-workflow.ts';
import { lint, withoutActionlint } from './testing/actionlint.ts';

if (withoutActionlint !== undefined) console.warn(`Skipped: ${withoutActionlint}.`);

describe.skipIf(withoutActionlint !== undefined)('actionlint has nothing to say', () => {
  test.each(['npx gatebench', 'npm run -s gatebench --'])(
    'about the nightly workflow with "%s"',
    async (program) => {
      await using cwd = await scratch();
      const file = join(cwd.path, 'nightly.yml');
      const text = nightlyWorkflow({ suite: 'suites/mine.yaml', program });
      await writeFile(file, text);
      expect(await lint(file)).toEqual([]);
      // That it can say something.
      await writeFile(file, text.replace('runs-on: ubuntu-latest', 'runs-on: ubuntu-oldest'));
      expect(await lint(file)).not.toEqual([]);
    },
  );

  test('about the check of this repository', async () => {
    const file = fileURLToPath(new URL('../../../.github/workflows/check.yml', import.meta.url));
    expect(await lint(file)).toEqual([]);
  });
});

interface Workflow {
  env: Record<string, string>;
  jobs: Record<string, { env?: Record<string, string>; steps: { name?: string; run?: string }[] }>;
}

const bin = fileURLToPath(new URL('../../bin.ts', import.meta.url));
const workflow = parse(
  nightlyWorkflow({ suite: 'suites/mine.yaml', program: `"${process.execPath}" "${bin}"` }),
) as Workflow;

interface Done {
  code: number;
  output: string;
}

/** Runs a script as GitHub's runner does. */
function bash(script: string, cwd: string, env: Record<string, string> = {}): Promise<Done> {
  return new Promise((resolve) => {
    const settings = {
      cwd,
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: cwd,
        GIT_CONFIG_NOSYSTEM: '1',
        ...workflow.env,
        ...workflow.jobs['run']!.env,
        ...env,
      },
    };
    execFile('bash', ['-e', '-c', script], settings, (error, stdout, stderr) => {
      resolve({
        code: typeof error?.code === 'number' ? error.code : error ? -1 : 0,
        output: stdout + stderr,
      });
    });
  });
}

/** One step of the workflow, by its name. Pauses are cut short. */
async function step(name: string, cwd: string, night: number, shard = 1): Promise<Done> {
  const found = Object.values(workflow.jobs)
    .flatMap(({ steps }) => steps)
    .find((one) => one.name === name);
  const script = found!
    .run!.replaceAll('${{ matrix.shard }}', String(shard))
    .replaceAll('${{ github.run_number }}', String(night))
    .replace(/sleep .*/g, 'sleep 0.01');
  return bash(script, cwd, { GITHUB_RUN_NUMBER: String(night) });
}

const suite = {
  version: 1,
  name: 'mine',
  gateway: { route: 'demo' },
  models: ['custom-ollama/sim-instant', 'custom-ollama/sim-echo'],
  prompts: ['a', 'b', 'c', 'd'].map((id) => ({ id, prompt: `Question ${id}?` })),
  run: { repeat: 1, warmup: 0 },
  // A share, which is measured however busy the machine is.
  gate: { metrics: { error_rate: { max_rise: 0.05 } } },
};

async function succeed(done: Promise<Done>): Promise<string> {
  const { code, output } = await done;
  expect(code, output).toBe(0);
  return output;
}

/** A bare repository with the suite in it, as GitHub has it. */
async function origin(folder: string): Promise<string> {
  const first = join(folder, 'first');
  await mkdir(join(first, 'suites'), { recursive: true });
  await writeFile(join(first, 'suites/mine.yaml'), JSON.stringify(suite));
  await succeed(
    bash(
      `git init -q -b main . && git add . && git -c user.name=x -c user.email=x@x commit -qm suite
       git clone -q --bare . ../origin.git`,
      first,
    ),
  );
  return `file://${join(folder, 'origin.git')}`;
}

let senders: Scratch;
/** Shards that were sent, by night: those of the first are good for every test. */
const sent = new Map<number, Promise<string[]>>();
beforeAll(async () => void (senders = await scratch()));
afterAll(() => senders[Symbol.asyncDispose]());

/** Sends the two shards of a night, each from a checkout of its own. */
function sendNight(remote: string, night: number): Promise<string[]> {
  const send = async (shard: number): Promise<string> => {
    const sender = join(senders.path, `night-${night}-shard-${shard}`);
    await succeed(bash(`git clone -q --depth 1 "${remote}" "${sender}"`, senders.path));
    await succeed(step('send the shard', sender, night, shard));
    return join(sender, 'shard');
  };
  return Promise.all([send(1), send(2)]);
}

/** The two shards of a night as artifacts beside the gate's checkout. */
async function sentNight({ path }: Scratch, remote: string, night: number): Promise<string> {
  const gate = join(path, `night-${night}`);
  await succeed(bash(`git clone -q --depth 1 "${remote}" "${gate}"`, path));
  if (!sent.has(night)) sent.set(night, sendNight(remote, night));
  for (const [index, shard] of (await sent.get(night)!).entries())
    await cp(shard, join(gate, `shards/gatebench-shard-${index + 1}`), { recursive: true });
  return gate;
}

/** The history as it stands on the branch of the remote. */
async function rememberedIn({ path }: Scratch, remote: string, name: string) {
  await succeed(bash(`git clone -q --branch gatebench-history "${remote}" ${name}`, path));
  return readHistory(join(path, name));
}

describe.concurrent('the steps of a night, run in a repository', { timeout: 180_000 }, () => {
  test('two nights are remembered on a branch of their own, the second beside what another pushed meanwhile', async () => {
    await using cwd = await scratch();
    const remote = await origin(cwd.path);

    const first = await sentNight(cwd, remote, 1);
    await succeed(step('join the shards', first, 1));
    await succeed(step('fetch the history', first, 1));
    expect(await succeed(step('gate the night', first, 1))).toMatch(/^learning 0\/7 ·/m);
    // As a kill may leave them.
    for (const name of ['history.csv.1-2.tmp', '.lock.4711-x'])
      await writeFile(join(first, 'history', name), 'left');
    await succeed(step('keep the history', first, 1));
    const kept = await bash('git ls-tree --name-only gatebench-history', join(cwd.path, 'origin.git'));
    expect(kept.output.split('\n').filter(Boolean)).toEqual([
      '.gitattributes',
      'history.csv',
      'nights.csv',
      'verdicts.csv',
    ]);
    const one = await rememberedIn(cwd, remote, 'after-1');
    expect(one.map(({ kind, model }) => `${kind} ${model}`)).toEqual(['night sim-echo', 'night sim-instant']);
    // The suite stays on its own branch, the history on its own.
    expect(await succeed(bash('git log --oneline main | wc -l', join(cwd.path, 'origin.git')))).toMatch(
      /1\n/,
    );

    const second = await sentNight(cwd, remote, 2);
    await succeed(step('join the shards', second, 2));
    await succeed(step('fetch the history', second, 2));
    await succeed(step('gate the night', second, 2));
    // Somebody accepts the first night before the second is pushed.
    const decided = `"${process.execPath}" "${bin}" gate accept latest --reason "new level" --history .
      git -c user.name=x -c user.email=x@x commit -qam accept && git push -q origin HEAD:gatebench-history`;
    await succeed(bash(decided, join(cwd.path, 'after-1')));
    expect(await succeed(step('keep the history', second, 2))).toMatch(/rejected|Successfully rebased/);
    const two = await rememberedIn(cwd, remote, 'after-2');
    expect(two.map(({ kind }) => kind).sort()).toEqual(['accept', 'night', 'night', 'night', 'night']);
    expect(new Set(two.map(({ run_id }) => run_id)).size).toBe(2);
  });

  test('a night without one of its shards is incomplete, and the history stays as it is', async () => {
    await using cwd = await scratch();
    const remote = await origin(cwd.path);
    const gate = await sentNight(cwd, remote, 1);
    await succeed(bash('rm -r shards/gatebench-shard-2', gate));
    await succeed(step('join the shards', gate, 1));
    await succeed(step('fetch the history', gate, 1));
    const gated = await step('gate the night', gate, 1);
    expect(gated.code, gated.output).toBe(3);
    expect(gated.output).toMatch(/^incomplete ·/m);
    await succeed(step('keep the history', gate, 1));
    expect(await readFile(join(gate, 'history/.gitattributes'), 'utf8')).toContain('merge=union');
  });
});
