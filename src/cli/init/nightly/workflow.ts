import type { Variable } from '../../../target/environment.ts';
import { pinned } from './pinned.ts';
import {
  checkSecrets,
  fetchHistory,
  folderOf,
  gateNights,
  indented,
  joinShards,
  keepHistory,
  makeSite,
  measureChange,
  tellGithub,
  tellPullRequest,
} from './scripts.ts';

export interface NightlySuite {
  /** Path from the repository's root. */
  path: string;
  /** Limits of each of its shards, as flags of `run`. */
  budget: readonly string[];
  /** The same for a pull request, which sends it as a whole and twice at most. */
  changeBudget: readonly string[];
  /** Maximum duration of a shard. */
  minutes: number;
}

/** A place to measure from. */
export interface Place {
  name: string;
  /** Labels of its runner. */
  runner: readonly string[];
}

export interface WorkflowOptions {
  suites: readonly NightlySuite[];
  /** How a shell starts gatebench. */
  program: string;
  /** Package for npm to install. Absent: as in the repository's package-lock.json. */
  install?: string;
  /** Variables for the suites' routes. */
  secrets: readonly Variable[];
  /** Empty: one place, without a name. */
  places: readonly Place[];
  /** Whether to publish the history on GitHub Pages. */
  pages: boolean;
  /** Whether to report the effect of a changed suite on a pull request. */
  pullRequests: boolean;
}

/** Per suite. */
export const shards = 2;
/** Extra time for installing and for uploading the results. */
const minutesAround = 15;

/**
 * A workflow for GitHub Actions: every night all suites, in shards, merged, gated, stored on a branch of its own. Only
 * one job writes to that branch.
 */
export function nightlyWorkflow(options: WorkflowOptions): string {
  const { suites, secrets, install, pages, pullRequests } = options;
  const paths = suites.map(({ path }) => path);
  const jobs = [
    ...(secrets.length > 0 ? [checkJob(secrets)] : []),
    runJob(options),
    gateJob(options),
    ...(pages ? [pagesJob] : []),
    ...(pullRequests ? [changeJob(options)] : []),
  ];
  return `# Runs ${paths.join(', ')} every night and compares each night with the nights before.
#
${needs(secrets)}
# The history is kept on the branch gatebench-history. To accept a change as the new level, on that branch:
#   gatebench gate accept NIGHT --reason "why" --history .
# GitHub stops schedules of public repositories after 60 days without a commit.
name: gatebench nightly

on:
  schedule:
    - cron: '17 3 * * *' # off the hour, when everybody else starts
  workflow_dispatch:
${pullRequests ? pullRequestTrigger(paths) : ''}
permissions:
  contents: read

# One night at a time: the next one waits, none is cut short.
concurrency:
  group: gatebench-nightly${pullRequests ? '-${{ github.event.pull_request.number }}' : ''}
  cancel-in-progress: false

env:
  SUITES: ${paths.join(' ')}
  HISTORY_BRANCH: gatebench-history
${install === undefined ? '' : `  GATEBENCH: ${install} # what npm installs\n`}
jobs:
${jobs.map((job) => indented(job, 2)).join('\n\n')}
`;
}

/** Each suite's files have their own folder. */
function pullRequestTrigger(paths: readonly string[]): string {
  const places = paths.map((path) => (path.includes('/') ? `${path.replace(/\/[^/]*$/, '')}/**` : path));
  return `  pull_request:
    paths: [${[...new Set(places)].map((place) => `'${place}'`).join(', ')}]
`;
}

/** The conditions of a job in GitHub's syntax. */
const condition = (...all: (string | false)[]): string => {
  const some = all.filter(Boolean);
  return some.length === 0 ? '' : `\n  if: \${{ ${some.join(' && ')} }}`;
};

const isReady = ({ secrets }: WorkflowOptions): string | false =>
  secrets.length > 0 && "needs.check.outputs.ready == 'true'";
const isNight = ({ pullRequests }: WorkflowOptions): string | false =>
  pullRequests && "github.event_name != 'pull_request'";

function needs(secrets: readonly string[]): string {
  const where = '(Settings → Secrets and variables → Actions)';
  const needed =
    secrets.length === 0
      ? '# Needs no secrets.'
      : `# Needs ${secrets.length === 1 ? 'a secret' : 'secrets'} ${where}: ${secrets.join(', ')}.`;
  return `${needed} With GATEBENCH_WEBHOOK_URL, a night that\n# fails or warns is posted to your chat.`;
}

const secretsAsEnv = (names: readonly string[]): string =>
  names.map((name) => `${name}: \${{ secrets.${name} }}`).join('\n');

function checkJob(secrets: readonly string[]): string {
  return `check:
  runs-on: ubuntu-latest
  timeout-minutes: 5
  outputs:
    ready: \${{ steps.secrets.outputs.ready }}
  steps:
    - name: check for secrets
      id: secrets
      env:
${indented(secretsAsEnv(secrets), 8)}
      run: |
${indented(checkSecrets(secrets), 8)}`;
}

/** Steps that check out the repository and install gatebench. */
function installSteps({ install }: WorkflowOptions, depth = 1): string {
  return `- uses: ${pinned.checkout}
${depth === 1 ? '' : `  with:\n    fetch-depth: ${depth}\n`}- uses: ${pinned.setupNode}
  with:
    node-version: 24
${
  install === undefined
    ? `    cache: npm
- run: npm ci`
    : `- name: install gatebench
  run: |
${indented(installScript, 4)}`
}`;
}

/** In its own folder, so that it needs no package.json of the repository. */
export const installScript = `case "$GATEBENCH" in
  ./* | ../*) GATEBENCH=$PWD/$GATEBENCH ;;
esac
npm install --no-fund --no-audit --prefix "$RUNNER_TEMP/gatebench" "$GATEBENCH"
echo "$RUNNER_TEMP/gatebench/node_modules/.bin" >>"$GITHUB_PATH"`;

function runJob(options: WorkflowOptions): string {
  const { suites, secrets, places } = options;
  const needed = secrets.length > 0 ? '\n  needs: check' : '';
  const minutes = suites.reduce((sum, suite) => sum + suite.minutes, minutesAround);
  const runners = places.map(
    ({ name, runner }) =>
      `- { name: '${name}', runner: [${runner.map((label) => `'${label}'`).join(', ')}] }`,
  );
  const matrix = places.length === 0 ? '' : `\n      place:\n${indented(runners.join('\n'), 8)}`;
  const env = [
    ...(secrets.length > 0 ? [secretsAsEnv(secrets)] : []),
    ...(places.length > 0 ? ['PLACE: ${{ matrix.place.name }}'] : []),
    'SHARD: ${{ matrix.shard }}',
    '# The same for all, so that they are parts of one plan.',
    'SEED: ${{ github.run_number }}',
  ].join('\n');
  return `run:${needed}${condition(isReady(options), isNight(options))}
  runs-on: ${places.length === 0 ? 'ubuntu-latest' : '${{ matrix.place.runner }}'}
  timeout-minutes: ${minutes}
  strategy:
    fail-fast: false
    matrix:${matrix}
      # Shards run at the same time, so the requests in flight add up. If you change this list, change SHARDS too.
      shard: [${Array.from({ length: shards }, (_, index) => index + 1).join(', ')}]
  env:
    SHARDS: ${shards}
  steps:
${indented(installSteps(options), 4)}
    - name: run the shard
      env:
${indented(env, 8)}
      run: |
${indented(sendScript(options), 8)}
    - if: \${{ !cancelled() }}
      uses: ${pinned.upload}
      with:
        name: gatebench-shard-${places.length === 0 ? '' : '${{ matrix.place.name }}-'}\${{ matrix.shard }}
        path: shard
        retention-days: 7
        overwrite: true`;
}

function sendScript({ suites, program, places }: WorkflowOptions): string {
  const vantage = places.length === 0 ? '' : ' --vantage "$PLACE"';
  const sends = suites.map(({ path, budget }) => ['send', path, folderOf(path), ...budget].join(' '));
  return `code=0
send() {
  ${program} run "$1" --shard "$SHARD/$SHARDS" --seed "$SEED"${vantage} --out "shard/$2" --no-color "\${@:3}" || code=$?
}
# Budgets hold for each shard.${suites.length > 1 ? ' Suites take turns: at the same time they would slow each other down.' : ''}
${sends.join('\n')}
exit "$code"`;
}

function gateJob(options: WorkflowOptions): string {
  const { secrets, program, pages } = options;
  return `gate:
  needs: ${secrets.length > 0 ? '[check, run]' : 'run'}
  # A shard that failed makes the night incomplete; the gate says so.${condition('!cancelled()', isReady(options), isNight(options))}
  runs-on: ubuntu-latest
  timeout-minutes: 20
  permissions:
    contents: write
    issues: write${pages ? `\n  outputs:\n    site: \${{ steps.site.outcome == 'success' }}` : ''}
  steps:
${indented(installSteps(options), 4)}
    - uses: ${pinned.download}
      with:
        pattern: gatebench-shard-*
        path: shards
    - name: merge the shards
      run: |
${indented(joinShards(program), 8)}
    - name: fetch the history
      run: |
${indented(fetchHistory, 8)}
    - name: run the gate
      env:
        GATEBENCH_WEBHOOK_URL: \${{ secrets.GATEBENCH_WEBHOOK_URL }}
      run: |
${indented(gateNights(program), 8)}
    - name: push the history
      if: \${{ !cancelled() }}
      run: |
${indented(keepHistory, 8)}
    - name: report to GitHub
      if: \${{ !cancelled() }}
      env:
        GH_TOKEN: \${{ github.token }}
      run: |
${indented(tellGithub(program), 8)}
    - if: \${{ !cancelled() }}
      uses: ${pinned.upload}
      with:
        name: gatebench-nights
        path: nights
        retention-days: 90
        overwrite: true${pages ? `\n${indented(siteSteps(program), 4)}` : ''}`;
}

const siteSteps = (program: string): string => `- name: build the site
  id: site
  if: \${{ !cancelled() }}
  run: |
    ${makeSite(program)}
- if: \${{ !cancelled() && steps.site.outcome == 'success' }}
  uses: ${pinned.uploadPages}
  with:
    path: site`;

const pagesJob = `pages:
  needs: gate
  if: \${{ !cancelled() && needs.gate.outputs.site == 'true' }}
  runs-on: ubuntu-latest
  timeout-minutes: 10
  permissions:
    pages: write
    id-token: write
  environment:
    name: github-pages
    url: \${{ steps.deploy.outputs.page_url }}
  steps:
    - id: deploy
      uses: ${pinned.deployPages}`;

/** On a pull request: each suite that it changes, as it is and as it was, in the same blocks. */
function changeJob(options: WorkflowOptions): string {
  const { suites, secrets, program } = options;
  const minutes = suites.reduce((sum, suite) => sum + suite.minutes, minutesAround);
  const needed = secrets.length > 0 ? '\n  needs: check' : '';
  const given = secrets.length > 0 ? `\n      env:\n${indented(secretsAsEnv(secrets), 8)}` : '';
  const sends = suites.map(({ path, changeBudget }) =>
    ['measure', path, folderOf(path), ...changeBudget].join(' '),
  );
  return `change:${needed}${condition(isReady(options), "github.event_name == 'pull_request'")}
  runs-on: ubuntu-latest
  timeout-minutes: ${minutes}
  permissions:
    contents: read
    pull-requests: write
  steps:
${indented(installSteps(options, 2), 4)}
    - name: measure the changes${given}
      run: |
        code=0
        measure() {
${indented(measureChange(program, '"$1"', '$2', '"${@:3}"'), 10)}
        }
${indented(sends.join('\n'), 8)}
        exit "$code"
    - name: comment on the pull request
      if: \${{ !cancelled() }}
      env:
        GH_TOKEN: \${{ github.token }}
      run: |
${indented(tellPullRequest(program), 8)}`;
}
