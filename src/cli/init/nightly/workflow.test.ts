import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { commands } from '../../commands.ts';
import { parseArguments } from '../../parse-arguments.ts';
import { scratch } from '../../testing/gatebench.ts';
import { lintWorkflows as lint, withoutLinters } from '../testing/linters.ts';
import { parsed, runStep, stepsOf } from '../testing/workflow.ts';
import { folderOf } from './scripts.ts';
import { nightlyWorkflow, type WorkflowOptions } from './workflow.ts';

const suite = (path: string, minutes = 45) => ({
  path,
  minutes,
  budget: [`--max-minutes ${minutes}`],
  changeBudget: ['--max-requests 7'],
});
const secrets = ['CF_ACCOUNT_ID', 'CF_AIG_TOKEN', 'CF_GATEWAY_ID'] as const;
const usual: WorkflowOptions = {
  suites: [suite('suites/mine.yaml')],
  program: 'npx gatebench',
  secrets,
  places: [],
  pages: false,
  pullRequests: false,
};
/** Options that a person may use, alone and together. */
const wishes: Record<string, Partial<WorkflowOptions>> = {
  'one suite': {},
  'two suites': { suites: [suite('suites/mine.yaml'), suite('deep/er/other.yml', 20)] },
  'no secrets': { secrets: [] },
  'two places': {
    places: [
      { name: 'eu', runner: ['ubuntu-latest'] },
      { name: 'home', runner: ['self-hosted', 'linux'] },
    ],
  },
  'an installation of its own': { program: 'gatebench', install: './gatebench.tgz' },
  'a clone': { program: 'npm run -s gatebench --' },
  'a site': { pages: true },
  'pull requests': { pullRequests: true },
};
const workflows = Object.entries({
  ...wishes,
  'all of it': Object.assign({}, ...Object.values(wishes)) as object,
}).map(([name, options]) => ({ name, options, text: nightlyWorkflow({ ...usual, ...options }) }));

if (withoutLinters !== undefined) console.warn(`Skipped: ${withoutLinters}.`);

describe.skipIf(withoutLinters !== undefined)('actionlint and shellcheck have nothing to say', () => {
  test('about any workflow that init writes', async () => {
    await using cwd = await scratch();
    const files = workflows.map(({ name, text }) => ({ file: join(cwd.path, `${name}.yml`), text }));
    for (const { file, text } of files) await writeFile(file, text);
    expect(await lint(...files.map(({ file }) => file))).toEqual([]);
    // Proof that they can find something.
    const { file, text } = files[0]!;
    await writeFile(file, text.replace('runs-on: ubuntu-latest', 'runs-on: ubuntu-oldest'));
    expect(await lint(file)).toMatchObject([expect.stringContaining('ubuntu-oldest')]);
    await writeFile(file, text.replace('git -C history checkout', 'git -C $HISTORY checkout'));
    expect(await lint(file)).toMatchObject([expect.stringContaining('shellcheck')]);
  }, 20_000);

  test('about the workflows of this repository', async () => {
    const folder = fileURLToPath(new URL('../../../../.github/workflows/', import.meta.url));
    expect(await lint(...(await readdir(folder)).map((name) => folder + name))).toEqual([]);
  });
});

test('actions are pinned to commits, with the version in a comment, here and in this repository', async () => {
  const folder = new URL('../../../../.github/workflows/', import.meta.url);
  const own = (await readdir(folder)).map((name) => readFile(new URL(name, folder), 'utf8'));
  for (const yaml of [...workflows.map(({ text }) => text), ...(await Promise.all(own))]) {
    const used = yaml.split('\n').filter((line) => /\buses:/.test(line));
    expect(used.length).toBeGreaterThan(1);
    expect(used.filter((line) => !/uses: [\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
  }
});

/** The arguments of a shell line, in the forms that these workflows use. */
function argumentsOf(line: string, program: string): string[] {
  const [, words] = line.split(`${program} `);
  return words!
    .replace(/ \|\| .*$|; fi$/, '')
    .replaceAll('"${@:3}"', '')
    .replaceAll('"${notify[@]}"', '--notify-on fail,warning')
    .replaceAll('"$SHARD/$SHARDS"', '1/2')
    .replaceAll('"$SEED"', '4711')
    .replaceAll(/"?\$\w+"?|"/g, 'x')
    .trim()
    .split(/\s+/);
}

describe.each(workflows)('with $name', ({ options, text }) => {
  const workflow = parsed(text);
  const steps = stepsOf(workflow);
  const { program, suites, places, secrets: needed, pages, pullRequests } = { ...usual, ...options };

  test('runs every night, off the hour, one night at a time, with a limit on every job', () => {
    expect(workflow.on.schedule?.[0]?.cron).toMatch(/^(?!0 )\d+ \d+ \* \* \*$/);
    expect(workflow.concurrency['cancel-in-progress']).toBe(false);
    for (const job of Object.values(workflow.jobs)) expect(job['timeout-minutes']).toBeGreaterThan(0);
    const sent = suites.reduce((sum, { minutes }) => sum + minutes, 0);
    expect(workflow.jobs['run']!['timeout-minutes']).toBeGreaterThan(sent);
  });

  test('says only commands and flags that there are, and never the demo', async () => {
    const lines = steps.flatMap(({ run = '' }) =>
      run.split('\n').filter((line) => line.includes(`${program} `) && !line.startsWith('npm install')),
    );
    const names = lines.map((line) => argumentsOf(line, program)[0]);
    expect(names).toEqual([
      ...['run', 'merge', 'gate', 'deliver', ...(pages ? ['publish'] : [])],
      ...(pullRequests ? ['run', 'compare', 'deliver'] : []),
    ]);
    for (const line of lines) {
      const args = argumentsOf(line, program);
      const entry = commands.find((one) => one.name === args[0])!;
      const { flags } = await entry.load();
      const parse = (...more: string[]) =>
        parseArguments([...args.slice(1), ...more], flags, entry.name, '.');
      expect(() => parse(), line).not.toThrow();
      expect(() => parse('--unheard-of'), line).toThrow('unheard');
    }
    expect(text).not.toMatch(/--route|demo/);
  });

  test('sends every suite, from every place, within its budget, with one seed', () => {
    const send = steps.find((step) => step.name === 'run the shard')!;
    const sent = send.run!.split('\n').filter((line) => line.startsWith('send '));
    expect(sent).toEqual(
      suites.map(({ path, budget }) => `send ${path} ${folderOf(path)} ${budget.join(' ')}`),
    );
    expect(send.run).toContain('--seed "$SEED"');
    expect(send.run!.includes('--vantage "$PLACE"')).toBe(places.length > 0);
    expect(workflow.env['SUITES']).toBe(suites.map(({ path }) => path).join(' '));
  });

  test('writes to the history in one job alone, and gives secrets to the steps that need them alone', () => {
    const writers = Object.values(workflow.jobs).filter(
      ({ permissions }) => permissions?.['contents'] === 'write',
    );
    expect(writers).toEqual([workflow.jobs['gate']]);
    expect(workflow.permissions).toEqual({ contents: 'read' });
    for (const secret of needed)
      expect(steps.filter(({ env }) => env?.[secret] !== undefined)).toHaveLength(pullRequests ? 3 : 2);
    expect(
      Object.values(workflow.jobs).filter(({ env = {} }) => JSON.stringify(env).includes('secrets')),
    ).toEqual([]);
    const given = text.match(/\bsecrets\.[A-Z]\w*/g) ?? [];
    expect(new Set(given)).toEqual(
      new Set([...needed, 'GATEBENCH_WEBHOOK_URL'].map((each) => `secrets.${each}`)),
    );
  });

  test('ends quietly if a secret is missing, as in a fork, and continues if all are there', async () => {
    expect('check' in workflow.jobs).toBe(needed.length > 0);
    if (needed.length === 0) return;
    await using cwd = await scratch();
    const output = join(cwd.path, 'output');
    const run = async (missing: string) => {
      const known = needed.filter((one) => one !== missing).map((one) => [`secrets.${one}`, 'x']);
      const env = { GITHUB_OUTPUT: output };
      await writeFile(output, '');
      const done = await runStep(
        workflow,
        'check for secrets',
        cwd.path,
        Object.fromEntries(known) as Record<string, string>,
        env,
      );
      return { ...done, ready: await readFile(output, 'utf8') };
    };
    expect(await run('')).toEqual({ code: 0, output: '', ready: 'ready=true\n' });
    const { code, output: told, ready } = await run('CF_AIG_TOKEN');
    expect([code, ready]).toEqual([0, 'ready=false\n']);
    expect(told).toMatch(/^::notice title=gatebench::.*missing secrets: CF_AIG_TOKEN \(.*\)\n$/);
    for (const job of ['run', 'gate', ...(pullRequests ? ['change'] : [])])
      expect(workflow.jobs[job]!.if).toContain("needs.check.outputs.ready == 'true'");
  });

  test('lets each job do what it needs, and no more', () => {
    expect(
      Object.fromEntries(Object.entries(workflow.jobs).map(([job, each]) => [job, each.permissions])),
    ).toEqual({
      ...(needed.length > 0 ? { check: undefined } : {}),
      run: undefined,
      gate: { contents: 'write', issues: 'write' },
      ...(pages ? { pages: { pages: 'write', 'id-token': 'write' } } : {}),
      ...(pullRequests ? { change: { contents: 'read', 'pull-requests': 'write' } } : {}),
    });
    for (const { env, name: step } of steps)
      expect(env?.['GH_TOKEN'] !== undefined, step).toBe(/^(?:report to|comment on) /.test(step ?? ''));
  });

  test('runs nights at night, and changes on pull requests', () => {
    expect('pull_request' in workflow.on).toBe(pullRequests);
    if (!pullRequests) return;
    expect(workflow.on['pull_request']).toEqual({
      paths: [...new Set(suites.map(({ path }) => `${path.slice(0, path.lastIndexOf('/'))}/**`))],
    });
    for (const job of ['run', 'gate'])
      expect(workflow.jobs[job]!.if).toContain("github.event_name != 'pull_request'");
    expect(workflow.jobs['change']!.if).toContain("github.event_name == 'pull_request'");
  });
});
