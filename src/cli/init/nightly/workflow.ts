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
} from './scripts.ts';

/** A suite of the nights. */
export interface NightlySuite {
  /** From the repository's root. */
  path: string;
  /** What limits each of its shards, as `run` takes it. */
  budget: readonly string[];
  /** The longest that a shard may take. */
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
  /** What npm is to install. Absent: what the repository's package-lock.json says. */
  install?: string;
  /** What the routes of the suites need. */
  secrets: readonly Variable[];
  /** None: one, without a name. */
  places: readonly Place[];
  /** Publish the history on GitHub Pages. */
  pages: boolean;
}

/** Of each suite. */
export const shards = 2;
/** To install, and to hand over what was measured. */
const minutesAround = 15;

/**
 * A workflow for GitHub Actions: every night all suites, in shards, joined, gated, remembered on a branch of its own. One
 * job writes to that branch.
 */
export function nightlyWorkflow(options: WorkflowOptions): string {
  const { suites, secrets, places, install, pages } = options;
  const paths = suites.map(({ path }) => path);
  const jobs = [
    ...(secrets.length > 0 ? [checkJob(secrets)] : []),
    runJob(options),
    gateJob(options),
    ...(pages ? [pagesJob] : []),
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

permissions:
  contents: read

# One night at a time: the next one waits, none is cut short.
concurrency:
  group: gatebench-nightly
  cancel-in-progress: false

env:
  SUITES: ${paths.join(' ')}
  HISTORY_BRANCH: gatebench-history
${install === undefined ? '' : `  GATEBENCH: ${install} # what npm installs\n`}${places.length > 0 ? `  PLACES: ${places.map(({ name }) => name).join(' ')}\n` : ''}
jobs:
${jobs.map((job) => indented(job, 2)).join('\n\n')}
`;
}

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
    - name: secrets are there
      id: secrets
      env:
${indented(secretsAsEnv(secrets), 8)}
      run: |
${indented(checkSecrets(secrets), 8)}`;
}

/** Steps that check the repository out and bring gatebench. */
function installSteps({ install }: WorkflowOptions): string {
  return `- uses: ${pinned.checkout}
- uses: ${pinned.setupNode}
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

/** In a folder of its own, so that it needs no package.json of the repository. */
export const installScript = `case "$GATEBENCH" in
  ./* | ../*) GATEBENCH=$PWD/$GATEBENCH ;;
esac
npm install --no-fund --no-audit --prefix "$RUNNER_TEMP/gatebench" "$GATEBENCH"
echo "$RUNNER_TEMP/gatebench/node_modules/.bin" >>"$GITHUB_PATH"`;

function runJob(options: WorkflowOptions): string {
  const { suites, secrets, places } = options;
  const isReady = secrets.length > 0 ? `\n  needs: check\n  if: needs.check.outputs.ready == 'true'` : '';
  const minutes = suites.reduce((sum, suite) => sum + suite.minutes, minutesAround);
  const runners = places.map(({ name, runner }) => `- { name: ${name}, runner: [${runner.join(', ')}] }`);
  const matrix = places.length === 0 ? '' : `\n      place:\n${indented(runners.join('\n'), 8)}`;
  const env = [
    ...(secrets.length > 0 ? [secretsAsEnv(secrets)] : []),
    ...(places.length > 0 ? ['PLACE: ${{ matrix.place.name }}'] : []),
    'SHARD: ${{ matrix.shard }}',
    '# The same for all, so that they are parts of one plan.',
    'SEED: ${{ github.run_number }}',
  ].join('\n');
  return `run:${isReady}
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
    - name: send the shard
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
  const [needed, isReady] =
    secrets.length > 0
      ? ['[check, run]', "${{ !cancelled() && needs.check.outputs.ready == 'true' }}"]
      : ['run', '${{ !cancelled() }}'];
  return `gate:
  needs: ${needed}
  # A shard that failed makes the night incomplete; the gate says so.
  if: ${isReady}
  runs-on: ubuntu-latest
  timeout-minutes: 20
  permissions:
    contents: write${pages ? `\n  outputs:\n    site: \${{ steps.site.outcome == 'success' }}` : ''}
  steps:
${indented(installSteps(options), 4)}
    - uses: ${pinned.download}
      with:
        pattern: gatebench-shard-*
        path: shards
    - name: join the shards
      run: |
${indented(joinShards(program), 8)}
    - name: fetch the history
      run: |
${indented(fetchHistory, 8)}
    - name: gate the nights
      env:
        GATEBENCH_WEBHOOK_URL: \${{ secrets.GATEBENCH_WEBHOOK_URL }}
      run: |
${indented(gateNights(program), 8)}
    - name: keep the history
      if: \${{ !cancelled() }}
      run: |
${indented(keepHistory, 8)}
    - if: \${{ !cancelled() }}
      uses: ${pinned.upload}
      with:
        name: gatebench-nights
        path: nights
        retention-days: 90
        overwrite: true${pages ? `\n${indented(siteSteps(program), 4)}` : ''}`;
}

/** Figures are published; prompts and answers stay in the artifact. */
const siteSteps = (program: string): string => `- name: make the site
  id: site
  if: \${{ !cancelled() }}
  run: ${program} publish history --out site --results nights
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
