import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { programHere } from '../../../base/testing/program-here.ts';
import { FileState } from '../../../journal/file-state.ts';
import { readHistory } from '../../gate/history-file.ts';
import { fakeGh } from '../../deliver/testing/fake-gh.ts';
import { nightlySuite, writeNight } from '../../gate/testing/nightly-runs.ts';
import { gatebench, scratch, type Scratch } from '../../testing/gatebench.ts';
import { bash, parsed, runStep, type Done, type Workflow } from '../testing/workflow.ts';
import { nightlyWorkflow } from './workflow.ts';

const workflowOf = (program: string): Workflow =>
  parsed(
    nightlyWorkflow({
      suites: ['suites/mine.yaml', 'suites/other.yaml'].map((path) => ({
        path,
        minutes: 5,
        budget: [],
        changeBudget: [],
      })),
      program,
      secrets: [],
      places: [],
      pages: true,
      pullRequests: true,
    }),
  );

const step = (name: string, cwd: string, night: number, shard = 1): Promise<Done> =>
  runStep(
    workflow,
    name,
    cwd,
    { 'matrix.shard': String(shard), 'github.run_number': String(night) },
    { GITHUB_RUN_NUMBER: String(night), RUNNER_TEMP: cwd },
  );

const suite = (name: string) => ({
  version: 1,
  name,
  gateway: { route: 'demo' },
  models: ['custom-ollama/sim-instant', 'custom-ollama/sim-echo'],
  prompts: ['a', 'b'].map((id) => ({ id, prompt: `Question ${id}?` })),
  run: { repeat: 1, warmup: 0 },
  // A share, which is measured however busy the machine is.
  gate: { metrics: { error_rate: { max_rise: 0.05 } } },
});

async function succeed(done: Promise<Done>): Promise<string> {
  const { code, output } = await done;
  expect(code, output).toBe(0);
  return output;
}

/** A bare repository with the suites in it, as on GitHub. */
async function origin(folder: string): Promise<string> {
  const first = join(folder, 'first');
  await mkdir(join(first, 'suites'), { recursive: true });
  for (const name of ['mine', 'other'])
    await writeFile(join(first, `suites/${name}.yaml`), JSON.stringify(suite(name)));
  await succeed(
    bash(
      `git init -q -b main . && git add . && git -c user.name=x -c user.email=x@x commit -qm suites
       git clone -q --bare . ../origin.git`,
      first,
    ),
  );
  return `file://${join(folder, 'origin.git')}`;
}

let sender: Scratch;
/** The scripts start a program by its name; this stand-in answers. The action's test starts the real one. */
let program: AsyncDisposable;
let workflow: Workflow;
/** The two shards of both suites, sent once for all tests. */
let sent: string[];
beforeAll(async () => {
  sender = await scratch();
  const path = join(sender.path, 'gatebench');
  program = await programHere(path, ({ args, cwd, env }) => gatebench(args, cwd, env));
  workflow = workflowOf(path);
  const remote = await origin(sender.path);
  sent = await Promise.all(
    [1, 2].map(async (shard) => {
      const checkout = join(sender.path, `shard-${shard}`);
      await succeed(bash(`git clone -q --depth 1 "${remote}" "${checkout}"`, sender.path));
      await succeed(step('run the shard', checkout, 1, shard));
      return join(checkout, 'shard');
    }),
  );
}, 60_000);
afterAll(async () => {
  await program[Symbol.asyncDispose]();
  await sender[Symbol.asyncDispose]();
});

/** A separate checkout, with the shards next to it as artifacts. */
async function checkout({ path }: Scratch, remote: string, name: string): Promise<string> {
  const folder = join(path, name);
  await succeed(bash(`git clone -q --depth 1 "${remote}" "${folder}"`, path));
  for (const [index, shard] of sent.entries())
    await cp(shard, join(folder, `shards/gatebench-shard-${index + 1}`), { recursive: true });
  return folder;
}

/** The history on the branch of the remote: complete and undamaged. */
async function remembered({ path }: Scratch, remote: string, name: string) {
  await succeed(bash(`git clone -q --branch gatebench-history "${remote}" ${name}`, path));
  const state = new FileState();
  const rows = await readHistory(join(path, name), { state });
  expect([state.damaged, state.isTorn]).toEqual([0, false]);
  return rows;
}

describe('the steps of a night, run in a repository', { timeout: 60_000 }, () => {
  test('both suites are joined, gated, and remembered on a branch of their own', async () => {
    await using cwd = await scratch();
    const remote = await origin(cwd.path);
    const night = await checkout(cwd, remote, 'night');
    await succeed(step('merge the shards', night, 1));
    await succeed(step('fetch the history', night, 1));
    const gated = await succeed(step('run the gate', night, 1));
    expect(gated.match(/^learning 0\/7 · .*/gm)).toHaveLength(2);
    // As a kill may leave them.
    for (const name of ['history.csv.1-2.tmp', '.lock.4711-x'])
      await writeFile(join(night, 'history', name), 'left');
    await succeed(step('push the history', night, 1));
    const kept = await bash('git ls-tree --name-only gatebench-history', join(cwd.path, 'origin.git'));
    expect(kept.output.split('\n').filter(Boolean)).toEqual([
      ...['.gitattributes', 'history.csv', 'nights.csv', 'verdicts.csv'],
    ]);
    const rows = await remembered(cwd, remote, 'after');
    expect(rows.map(({ kind, suite: of, model }) => `${kind} ${of} ${model}`)).toEqual([
      ...['night mine sim-echo', 'night mine sim-instant', 'night other sim-echo', 'night other sim-instant'],
    ]);
    // The suites stay on their own branch, the history on its own.
    const log = await succeed(bash('git log --oneline main | wc -l', join(cwd.path, 'origin.git')));
    expect(log.trim()).toBe('1');
    // Nothing new, nothing to store.
    await succeed(step('push the history', night, 1));
  });

  test('a suite that lost a shard is incomplete, one that lost all is named, and neither keeps the other from its night', async () => {
    await using cwd = await scratch();
    const remote = await origin(cwd.path);
    const night = await checkout(cwd, remote, 'night');
    await succeed(bash('rm -r shards/*-2/suites-mine', night));
    await succeed(step('merge the shards', night, 1));
    await succeed(step('fetch the history', night, 1));
    const gated = await step('run the gate', night, 1);
    expect([gated.code, gated.output.match(/^(?:incomplete|learning 0\/7) ·/gm)]).toEqual([
      3,
      ['incomplete ·', 'learning 0/7 ·'],
    ]);
    await succeed(bash('rm -r nights shards/*/suites-other', night));
    const joined = await succeed(step('merge the shards', night, 1));
    expect(joined).toContain('::error title=gatebench::the shards of suites/other.yaml could not be joined');
    expect((await step('run the gate', night, 1)).code).toBe(3);
    await succeed(step('push the history', night, 1));
    expect((await remembered(cwd, remote, 'after')).map((row) => row.suite)).toEqual(['other', 'other']);
  });

  test('with concurrent writers of a history nothing is lost: neither the first nights nor later ones', async () => {
    await using cwd = await scratch();
    const remote = await origin(cwd.path);
    const { suite: nightly } = await nightlySuite(cwd.path, { prompts: 2 });
    let night = 0;
    /** Several checkouts fetch the history, each adds a night, and then all store theirs. */
    const together = async (names: readonly string[]): Promise<void> => {
      const folders = await Promise.all(
        names.map(async (name) => {
          const folder = join(cwd.path, name);
          await succeed(bash(`git clone -q --depth 1 "${remote}" "${folder}"`, cwd.path));
          await succeed(step('fetch the history', folder, 1));
          return folder;
        }),
      );
      for (const folder of folders) {
        night += 1;
        const options = { suite: { ...nightly, name: `suite ${night}` }, file: 'x.yaml', night, seed: 'r' };
        const run = await writeNight(folder, options);
        await gatebench(['gate', run, '--history', join(folder, 'history')], folder);
      }
      await Promise.all(folders.map((folder, index) => succeed(step('push the history', folder, index))));
    };
    await together(['a', 'b', 'c']);
    await together(['d', 'e', 'f']);
    const rows = await remembered(cwd, remote, 'after');
    expect(rows.map(({ suite: of, model }) => `${of} ${model}`).sort()).toEqual(
      [1, 2, 3, 4, 5, 6]
        .flatMap((n) => ['deepseek', 'glm', 'kimi', 'qwen'].map((model) => `suite ${n} ${model}`))
        .sort(),
    );
    for (const name of ['history', 'nights', 'verdicts']) {
      const lines = (await readFile(join(cwd.path, `after/${name}.csv`), 'utf8')).trimEnd().split('\n');
      expect(new Set(lines).size, name).toBe(lines.length);
      expect(lines.length, name).toBe(1 + 6 * { history: 4, nights: 4, verdicts: 1 }[name]!);
    }
  });

  test('GitHub hears of a failure when it is confirmed, of its end, and of nothing else; two suites keep apart', async () => {
    await using cwd = await scratch();
    await using gh = await fakeGh(cwd.path);
    const more = 'gate: { metrics: { e2e_latency_ms: { max_ratio: 1.5 } } }';
    const { suite: nightly } = await nightlySuite(cwd.path, { prompts: 4, more });
    const suites = {
      'suites-mine': { ...nightly, name: 'mine' },
      'suites-other': { ...nightly, name: 'other' },
    };
    const nights = join(cwd.path, 'nights');
    /** A night of both suites. One of them is as slow as given. */
    const nightOf = async (night: number, slower: number): Promise<void> => {
      await rm(nights, { recursive: true, force: true });
      await mkdir(nights);
      for (const [id, of] of Object.entries(suites)) {
        const kimi = id === 'suites-mine' ? slower : 1;
        const options = { suite: of, file: 'x.yaml', night, seed: id, slower: { kimi } };
        await rename(await writeNight(cwd.path, options), join(nights, id));
      }
    };
    for (let night = 1; night <= 8; night++) {
      await nightOf(night, 1);
      for (const id of Object.keys(suites))
        await gatebench(['gate', `nights/${id}`, '--history', 'history'], cwd.path);
    }
    const env = {
      ...gh.env,
      GITHUB_REPOSITORY: 'me/mine',
      GITHUB_REF: 'refs/heads/main',
      GH_TOKEN: 'of the job',
    };
    const world = { 'github.token': 'of the job' };
    const told: unknown[] = [];
    for (const [index, slower] of [4, 4, 1].entries()) {
      await nightOf(9 + index, slower);
      const gated = await runStep(workflow, 'run the gate', cwd.path, world, env);
      const said = await succeed(runStep(workflow, 'report to GitHub', cwd.path, world, env));
      told.push([gated.code, said, gh.sent().filter(({ path }) => path !== 'labels').length]);
    }
    expect(told).toEqual([
      [0, '', 0],
      [5, 'mine: opened issue #1\n', 1],
      [0, 'mine: closed issue #1\n', 2],
    ]);
    const { issues } = gh.state;
    expect(issues).toMatchObject([
      { title: 'gatebench: mine fails: e2e_latency_ms of kimi', state: 'closed' },
    ]);
  });

  test('a pull request gets the effect of its change, a fork the reason for none, and unchanged suites are not sent', async () => {
    await using cwd = await scratch();
    await using gh = await fakeGh(cwd.path);
    const folder = join(cwd.path, 'first');
    await origin(cwd.path);
    await writeFile(
      join(folder, 'suites/mine.yaml'),
      JSON.stringify(suite('mine')).replace('Question a?', 'Question a, please?'),
    );
    await succeed(bash('git -c user.name=x -c user.email=x@x commit -qam change', folder));
    await succeed(runStep(workflow, 'measure the changes', folder, {}));
    const env = { ...gh.env, GITHUB_REPOSITORY: 'me/mine', GITHUB_REF: 'refs/pull/12/merge' };
    const tell = (token: string) =>
      runStep(workflow, 'comment on the pull request', folder, { 'github.token': token }, env);
    const refused = await succeed(tell('refused'));
    expect(refused).toMatch(/^::warning title=gatebench::not delivered: .*Forks have neither\.\n$/);
    expect(await succeed(tell('of the job'))).toBe('mine: commented on #12\n');
    expect(await succeed(tell('of the job'))).toBe('');
    const { comments, issues } = gh.state;
    expect([comments.length, issues]).toEqual([1, []]);
    expect(comments[0]!.body).toMatch(/^<!-- gatebench-change mine -->\n[^]*this change against HEAD\^1/);
  });

  test('a site is made of the nights that there are', async () => {
    await using cwd = await scratch();
    const { suite: nightly } = await nightlySuite(cwd.path, { prompts: 2 });
    await mkdir(join(cwd.path, 'nights'));
    const run = await writeNight(cwd.path, { suite: nightly, file: 'x.yaml', night: 1, seed: 's' });
    await rename(run, join(cwd.path, 'nights/nightly'));
    await gatebench(['gate', 'nights/nightly', '--history', 'history'], cwd.path);
    await succeed(runStep(workflow, 'build the site', cwd.path, {}));
    expect(await readdir(join(cwd.path, 'site'))).toEqual(
      expect.arrayContaining(['index.html', 'feed.xml', 'badge-nightly.json', 'latest']),
    );
  });
});
