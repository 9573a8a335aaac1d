import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { exitCode, UserError, type ExitCode } from '../../../base/user-error.ts';
import { vantageNamed } from '../../../plan/vantage.ts';
import { loadSuite } from '../../../suite/load.ts';
import type { Suite } from '../../../suite/suite.ts';
import { defaultRoute, findRoute } from '../../../target/routes.ts';
import type { Variable } from '../../../target/environment.ts';
import type { InitFlags } from '../../commands/init-command.ts';
import { shownFrom, under, type Io } from '../../io.ts';
import { installationOf } from './installation.ts';
import { ownText, signed, writeOwn } from './own-file.ts';
import { folderOf } from './scripts.ts';
import { nightlyWorkflow, shards, type NightlySuite, type Place } from './workflow.ts';

export const workflowFile = '.github/workflows/gatebench-nightly.yml';

/** `gatebench init SUITE… --nightly`: one workflow for all suites. A second call updates it. */
export async function setUpNights(flags: InitFlags, io: Io): Promise<ExitCode> {
  const { cwd, stdout, stderr, program } = io;
  const paths = flags.suite.map((suite) => inRepository(suite, cwd));
  const suites: Suite[] = [];
  for (const suite of flags.suite) suites.push(await loadSuite(suite));
  assertDistinct(paths, suites);
  suites.forEach(assertNights);
  const places = (flags.vantage ?? []).map(placeOf);
  assertOnce(places.map(({ name }) => name));
  const installation = await installationOf(cwd, program, flags.install);
  const secrets = secretsFor(suites);
  const text = nightlyWorkflow({
    ...installation,
    suites: suites.map((suite, index) => nightlySuite(paths[index]!, suite)),
    secrets,
    places,
    pages: flags.pages,
    pullRequests: flags.pullRequests,
  });
  const file = under(cwd, workflowFile);
  const gone = suitesIn(await ownText(file)).filter((path) => !paths.includes(path));
  const done = await writeOwn(file, signed(text, commandOf(paths, flags)));
  const notes = [
    ...installation.notes,
    ...gone.map((path) => `${path} is no longer in it. To keep it, name all suites at once.`),
    ...suites.flatMap(({ models }, index) =>
      models.some(({ model }) => /\/sim-/.test(model))
        ? [`${paths[index]!} names simulated models (sim-…). Replace them; no gateway has them.`]
        : [],
    ),
    ...rootNotes(cwd),
  ];
  if (flags.json) stdout.write(`${JSON.stringify({ written: [workflowFile] })}\n`);
  else stdout.write(`${said[done]}: ${workflowFile}\n\n${nextSteps(paths, secrets, flags)}`);
  stderr.write(notes.map((note) => `${note}\n`).join(''));
  return exitCode.done;
}

const said = { written: 'Written', updated: 'Updated', unchanged: 'Unchanged' } as const;

function nextSteps(paths: readonly string[], secrets: readonly string[], { pages }: InitFlags): string {
  const steps = [
    ...(secrets.length > 0
      ? [`add the ${secrets.length === 1 ? 'secret' : 'secrets'} ${listed(secrets)} to the repository`]
      : []),
    ...(pages ? ['choose GitHub Actions under Settings → Pages → Source: anybody may read the site'] : []),
    `commit ${listed([workflowFile, ...paths])}`,
    'start it once by hand: Actions → gatebench nightly → Run workflow',
  ];
  return `Before its first night:\n${steps.map((step, index) => `  ${index + 1}. ${step}\n`).join('')}`;
}

const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)!}`;

/** The command that writes the same file again. */
function commandOf(paths: readonly string[], { vantage, install, pages, pullRequests }: InitFlags): string {
  return [
    'gatebench init',
    ...paths,
    '--nightly',
    ...(vantage ? [`--vantage ${vantage.join(',')}`] : []),
    ...(install === undefined ? [] : [`--install ${install}`]),
    ...(pages ? ['--pages'] : []),
    ...(pullRequests ? ['--pull-requests'] : []),
  ].join(' ');
}

/** The suites of our earlier workflow. */
const suitesIn = (text: string | undefined): string[] =>
  /^ {2}SUITES: (.*)$/m.exec(text ?? '')?.[1]!.split(' ') ?? [];

function nightlySuite(path: string, suite: Suite): NightlySuite {
  return {
    path,
    minutes: Math.ceil(suite.run.budget.minutes ?? usualMinutes),
    budget: budgetOf(suite, 1 / shards),
    changeBudget: budgetOf(suite, 2),
  };
}

/** Default if a suite does not say. */
const usualMinutes = 45;

/** Limits of a part of a suite if the suite has none: twice what is sent if nothing fails. */
function budgetOf({ models, variants, prompts, run }: Suite, part: number): string[] {
  const cells = models.length * (variants?.length ?? 1);
  const requests = cells * prompts.length * (run.repeat + run.warmup) * part;
  const most = Math.max(500, Math.ceil(requests / 50) * 100);
  const { budget } = run;
  return [
    ...(budget.requests === undefined ? [`--max-requests ${most}`] : []),
    ...(budget.tokens === undefined ? [`--max-tokens-total ${800 * most}`] : []),
    ...(budget.usd === undefined ? ['--max-cost 2'] : []),
    ...(budget.minutes === undefined ? [`--max-minutes ${usualMinutes}`] : []),
  ];
}

function secretsFor(suites: readonly Suite[]): Variable[] {
  const needed = suites.flatMap(({ gateway }) => {
    const { needs, addressNeeds = [] } = findRoute(gateway.route ?? defaultRoute.name) ?? defaultRoute;
    return [...addressNeeds, ...needs];
  });
  return [...new Set(needed)].sort();
}

/** Reasons for the gate to refuse every night. */
function assertNights({ name, load }: Suite): void {
  if (load !== undefined)
    throw new UserError(
      `${name} has a load, and the gate only compares nights of the same requests. Leave out load, or name another suite.`,
    );
}

function assertDistinct(paths: readonly string[], suites: readonly Suite[]): void {
  paths.forEach((path, index) => {
    const twin = paths.slice(0, index).findIndex((other) => folderOf(other) === folderOf(path));
    if (twin !== -1)
      throw new UserError(
        paths[twin] === path
          ? `${path} is given twice.`
          : `${paths[twin]!} and ${path} would share a folder of the workflow. Rename one.`,
      );
    const name = suites[index]!.name;
    const namesake = suites.slice(0, index).findIndex((other) => other.name === name);
    if (namesake !== -1)
      throw new UserError(
        `${paths[namesake]!} and ${path} are both called "${name}", and would be one series of nights. Change name in one.`,
      );
  });
}

/** `home=self-hosted+linux`. */
function placeOf(text: string): Place {
  const [name = '', labels = '', more] = text.split('=');
  if (more !== undefined || !/^[\w.-]+(?:\+[\w.-]+)*$/.test(labels))
    throw new UserError(
      `with --nightly, --vantage takes NAME=RUNNER, where RUNNER is a label of GitHub's runners, or several with +: eu=ubuntu-latest,home=self-hosted+linux; not "${text}".`,
    );
  return { name: vantageNamed(name), runner: labels.split('+') };
}

function assertOnce(names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new UserError(`--vantage names ${twice} twice.`);
}

/** The workflow names the suite by its path from the repository's root, in its shell's syntax. */
function inRepository(suite: string, cwd: string): string {
  const path = shownFrom(cwd, suite).replaceAll('\\', '/');
  if (!/^(?!\.\.\/)[\w./-]+$/.test(path) || path.startsWith('-'))
    throw new UserError(
      `the suite ${suite} must be inside this folder, in a path of letters, digits, dots, and dashes. The workflow runs it from here.`,
    );
  return path;
}

/** GitHub only reads workflows in the root of a repository. */
function rootNotes(cwd: string): string[] {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git')))
      return folder === resolve(cwd)
        ? []
        : [
            `GitHub reads workflows only from the root of the repository, ${folder}. Run init there, and delete this file.`,
          ];
    if (folder === dirname(folder)) return ['This folder is not a git repository yet: git init'];
  }
}
