import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { fakeGh } from '../cli/deliver/testing/fake-gh.ts';
import { lintScripts, lintWorkflows, withoutLinters } from '../cli/init/testing/linters.ts';
import { bash, program, runStep, type Step, type Workflow } from '../cli/init/testing/workflow.ts';
import { scratch } from '../cli/testing/gatebench.ts';
import { actionText } from './action.ts';

interface Action {
  inputs: Record<string, { default?: string }>;
  runs: { steps: Step[] };
}
const action = parse(actionText(), { strict: true, uniqueKeys: true }) as Action;
const { steps } = action.runs;
/** As the steps of a workflow, to run them. */
const workflow = { env: {}, jobs: { action: { steps } } } as unknown as Workflow;

test('the action in this repository is what the scripts make: run "npm run readme" when this fails', async () => {
  const file = new URL('../../.github/actions/gatebench/action.yml', import.meta.url);
  expect(await readFile(file, 'utf8')).toBe(actionText());
});

if (withoutLinters !== undefined) console.warn(`Skipped: ${withoutLinters}.`);

test.skipIf(withoutLinters !== undefined)(
  'shellcheck has nothing to say about its scripts, nor actionlint about ten lines that use it',
  async () => {
    await using cwd = await scratch();
    const files = steps.flatMap(({ name, run }) => (run === undefined ? [] : [{ name: name!, run }]));
    for (const { name, run } of files) await writeFile(join(cwd.path, `${name}.sh`), `set -e\n${run}`);
    expect(await lintScripts(...files.map(({ name }) => join(cwd.path, `${name}.sh`)))).toEqual([]);
    // The workflow from the action's first lines, in a repository that has the action.
    const [, lines] = /A workflow that uses it:\n#\n((?:# {3}.*\n)+)/.exec(actionText())!;
    const user = lines!
      .replaceAll(/^# {3}/gm, '')
      .replace('OWNER/gatebench/.github/actions/gatebench@v1', './.github/actions/gatebench')
      .replace(', …', '');
    for (const folder of ['.git', '.github/workflows', '.github/actions/gatebench'])
      await mkdir(join(cwd.path, folder), { recursive: true });
    await writeFile(join(cwd.path, '.github/actions/gatebench/action.yml'), actionText());
    const file = join(cwd.path, '.github/workflows/user.yml');
    await writeFile(file, user);
    expect(user.trimEnd().split('\n').length).toBeLessThanOrEqual(10);
    expect(await lintWorkflows(file)).toEqual([]);
    await writeFile(file, user.replace('suites:', 'suite:'));
    expect((await lintWorkflows(file)).join('\n')).toContain(
      'input "suite" is not defined in action "gatebench"',
    );
  },
);

test('it takes inputs by the environment alone: none is put into a script', () => {
  for (const { run = '' } of steps) expect(run).not.toContain('${{');
});

/** Steps of the action in a folder, with these inputs over the defaults. */
function inFolder(folder: string, inputs: Record<string, string>, env: Record<string, string>) {
  const given = Object.entries(action.inputs).map(([name, { default: usual = '' }]) => [
    `inputs.${name}`,
    inputs[name] ?? usual,
  ]);
  const expressions = Object.fromEntries(given) as Record<string, string>;
  return async (name: string): Promise<string> => {
    const { code, output } = await runStep(workflow, name, folder, expressions, env);
    return `${code} ${output}`;
  };
}

test('its steps run a suite, gate it, store the history, report to GitHub, and make a site', async () => {
  await using cwd = await scratch();
  await using gh = await fakeGh(cwd.path);
  await writeFile(join(cwd.path, 'fake-bin/gatebench'), `#!/bin/sh\nexec ${program} "$@"\n`, { mode: 0o755 });
  const suite = {
    version: 1,
    name: 'mine',
    gateway: { route: 'demo' },
    models: ['custom-ollama/sim-instant'],
    prompts: [{ id: 'a', prompt: 'a?' }],
    run: { repeat: 1, warmup: 0 },
    gate: { metrics: { error_rate: { max_rise: 0.05 } } },
  };
  const folder = join(cwd.path, 'work');
  await mkdir(folder);
  await writeFile(join(folder, 'mine.yaml'), JSON.stringify(suite));
  const made = await bash(
    `git init -q -b main . && git add . && git -c user.name=x -c user.email=x@x commit -qm x
     git clone -q --bare . ../origin.git && git remote add origin "${join(cwd.path, 'origin.git')}"`,
    folder,
  );
  expect(made.code, made.output).toBe(0);
  const step = inFolder(
    folder,
    { suites: 'mine.yaml', secrets: 'none', token: 'of the job' },
    { ...gh.env, GITHUB_REPOSITORY: 'me/mine', GITHUB_REF: 'refs/heads/main', GITHUB_RUN_NUMBER: '1' },
  );
  expect(await step('send the suites')).toMatch(/^0 /);
  expect(await step('fetch the history')).toMatch(/^0 /);
  expect(await step('run the gate')).toMatch(/^0 [^]*learning 0\/7 ·/);
  expect(await step('push the history')).toMatch(/^0 /);
  expect(await step('report to GitHub')).toBe('0 ');
  expect(await step('build the site')).toMatch(/^0 /);
  expect(await readdir(join(folder, 'site'))).toContain('badge-mine.json');
  const kept = await bash('git ls-tree --name-only gatebench-history', join(cwd.path, 'origin.git'));
  expect(kept.output).toContain('history.csv');
}, 60_000);

test.each([
  [{}, 'false', '::notice title=gatebench::nothing is measured here'],
  [{ 'cf-aig-token': 't' }, 'true', ''],
  [{ 'ollama-api-key': 't' }, 'true', ''],
  [{ secrets: 'none' }, 'true', ''],
])('with the inputs %j it is ready: %s', async (inputs, ready, says) => {
  await using cwd = await scratch();
  const output = join(cwd.path, 'output');
  await writeFile(output, '');
  const said = await inFolder(cwd.path, inputs, { GITHUB_OUTPUT: output })('check for secrets');
  expect(said.startsWith(`0 ${says}`)).toBe(true);
  expect(await readFile(output, 'utf8')).toBe(`ready=${ready}\n`);
  // And nothing else happens if it is missing.
  for (const { if: only, name, uses } of steps)
    if (uses === undefined && name !== 'check for secrets') expect(only).toContain("ready == 'true'");
});
