import { version } from '../base/version.ts';
import { pinned } from '../cli/init/nightly/pinned.ts';
import {
  fetchHistory,
  gateNights,
  indented,
  keepHistory,
  makeSite,
  measureChanges,
  sendWhole,
  tellGithub,
  tellPullRequest,
} from '../cli/init/nightly/scripts.ts';
import { installScript } from '../cli/init/nightly/workflow.ts';

const program = 'gatebench';

interface ActionStep {
  name: string;
  id?: string;
  /** Joined with "and". */
  only: readonly string[];
  env?: Readonly<Record<string, string>>;
  run: string;
}

const isNight = "github.event_name != 'pull_request'";
const isChange = "github.event_name == 'pull_request'";
const evenAfterFailure = '!cancelled()';
const isReady = "steps.ready.outputs.ready == 'true'";

const suites = { SUITES: '${{ inputs.suites }}' };
const branch = { HISTORY_BRANCH: '${{ inputs.history-branch }}' };
const token = { GH_TOKEN: '${{ inputs.token }}' };
const sending = {
  ...suites,
  RUN_FLAGS: '${{ inputs.run-flags }}',
  CF_ACCOUNT_ID: '${{ inputs.cf-account-id }}',
  CF_GATEWAY_ID: '${{ inputs.cf-gateway-id }}',
  CF_AIG_TOKEN: '${{ inputs.cf-aig-token }}',
  OLLAMA_API_KEY: '${{ inputs.ollama-api-key }}',
};

const steps: readonly ActionStep[] = [
  {
    name: 'check for secrets',
    id: 'ready',
    only: [],
    env: {
      SECRETS: '${{ inputs.secrets }}',
      GIVEN: '${{ inputs.cf-aig-token }}${{ inputs.ollama-api-key }}',
    },
    run: `if [ "$SECRETS" = none ] || [ -n "$GIVEN" ]; then
  echo ready=true >>"$GITHUB_OUTPUT"
else
  echo ready=false >>"$GITHUB_OUTPUT"
  echo "::notice title=gatebench::nothing is measured here; neither cf-aig-token nor ollama-api-key is set (forks have no secrets; a suite on the route demo or local: secrets: none)"
fi`,
  },
  {
    name: 'install gatebench',
    only: [isReady],
    env: { GATEBENCH: '${{ inputs.gatebench }}' },
    run: installScript,
  },
  { name: 'send the suites', only: [isReady, isNight], env: sending, run: sendWhole(program) },
  { name: 'fetch the history', only: [isReady, isNight], env: branch, run: fetchHistory },
  {
    name: 'run the gate',
    only: [isReady, isNight],
    env: { ...suites, GATEBENCH_WEBHOOK_URL: '${{ inputs.webhook-url }}' },
    run: gateNights(program),
  },
  { name: 'push the history', only: [evenAfterFailure, isReady, isNight], env: branch, run: keepHistory },
  {
    name: 'report to GitHub',
    only: [evenAfterFailure, isReady, isNight],
    env: { ...suites, ...token },
    run: tellGithub(program),
  },
  {
    name: 'build the site',
    id: 'site',
    only: [evenAfterFailure, isReady, isNight],
    run: makeSite(program),
  },
  { name: 'measure the changes', only: [isReady, isChange], env: sending, run: measureChanges(program) },
  {
    name: 'comment on the pull request',
    only: [evenAfterFailure, isReady, isChange],
    env: { ...suites, ...token },
    run: tellPullRequest(program),
  },
];

function stepText({ name, id, only, env, run }: ActionStep): string {
  const variables = Object.entries(env ?? {}).map(([key, value]) => `${key}: ${value}\n`);
  return `- name: ${name}
${id === undefined ? '' : `  id: ${id}\n`}${only.length === 0 ? '' : `  if: \${{ ${only.join(' && ')} }}\n`}  shell: bash
${variables.length === 0 ? '' : `  env:\n${indented(variables.join(''), 4)}`}  run: |
${indented(run, 4)}`;
}

/** The composite action, from the same scripts as the workflow that `init --nightly` writes. */
export const actionText = (): string => `# Written by "npm run readme" from src/dev/action.ts.
#
# Runs suites, gates each against the nights before, keeps the history on a branch, tells of failures in issues, and makes a
# site. On a pull request it says what its change of a suite brings. A workflow that uses it:
#
#   on:
#     schedule: [{ cron: '17 3 * * *' }]
#   permissions: { contents: write, issues: write }
#   jobs:
#     nightly:
#       runs-on: ubuntu-latest
#       steps:
#         - uses: actions/checkout@v4
#         - uses: OWNER/gatebench/.github/actions/gatebench@v1
#           with: { suites: suites/mine.yaml, cf-account-id: "\${{ secrets.CF_ACCOUNT_ID }}", … }
#
# On pull requests it needs "with: { fetch-depth: 2 }" at the checkout, and the permission pull-requests: write.
name: gatebench
description: Benchmarks models every night, gates each night against the nights before, and publishes the history
inputs:
  suites:
    description: Paths of suites, parted by blanks
    required: true
  gatebench:
    description: 'What npm installs: gatebench@VERSION, ./FILE.tgz in your repository, or git+https://ADDRESS#COMMIT'
    default: gatebench@${version()}
  run-flags:
    description: Flags of gatebench run for each suite. Budgets here win over those in the suite
    default: --max-requests 500 --max-tokens-total 400000 --max-cost 2 --max-minutes 45
  history-branch:
    description: Branch that keeps the history. One job at a time writes to it
    default: gatebench-history
  secrets:
    description: 'none: the suites need no secrets (routes demo and local)'
    default: required
  cf-account-id:
    description: The secret CF_ACCOUNT_ID
    default: ''
  cf-gateway-id:
    description: The secret CF_GATEWAY_ID
    default: ''
  cf-aig-token:
    description: The secret CF_AIG_TOKEN
    default: ''
  ollama-api-key:
    description: 'The secret OLLAMA_API_KEY, for the route direct'
    default: ''
  webhook-url:
    description: Where a night that fails or warns is posted
    default: ''
  token:
    description: The token of the job, for issues and comments
    default: \${{ github.token }}
outputs:
  site:
    description: 'Folder of the site, for actions/upload-pages-artifact; empty where none was made'
    value: \${{ steps.site.outcome == 'success' && 'site' || '' }}
  nights:
    description: Folder with a folder for each suite, for actions/upload-artifact
    value: nights
runs:
  using: composite
  steps:
    - uses: ${pinned.setupNode}
      with:
        node-version: 24
${steps.map((step) => indented(stepText(step), 4)).join('\n')}
`;
