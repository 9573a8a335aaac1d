import { UserError } from '../../base/user-error.ts';
import { defineCommand, flagTable } from '../command.ts';
import { grouped, typedName, type Parsed } from '../flags.ts';

const flags = flagTable({
  suite: {
    type: 'paths',
    argument: true,
    default: ['suites/starter.yaml'],
    completes: 'suites',
    describe: 'file to write; with --nightly: the suites of every night',
  },
  from: {
    type: 'path',
    value: 'FILE',
    describe: 'import a .prompt.yml, the static part of a promptfoo config, or a .jsonl of openai/evals',
  },
  models: {
    type: 'list',
    value: 'NAMES',
    describe: 'with --from: the models of the suite, such as custom-ollama/glm-5.2',
  },
  nightly: {
    type: 'switch',
    describe: 'write .github/workflows/gatebench-nightly.yml for the suites, or update it',
  },
  ...grouped('With --nightly:', {
    pages: { type: 'switch', describe: 'publish the history on GitHub Pages; anybody can read it' },
    pullRequests: {
      type: 'switch',
      describe: 'also comment on each pull request what its change to a suite does; costs a run',
    },
    vantage: {
      type: 'list',
      value: 'NAME=RUNNER',
      describe: 'measure from several places: eu=ubuntu-latest,home=self-hosted+linux',
    },
    install: {
      type: 'text',
      value: 'SPEC',
      describe: 'what npm installs there: gatebench@VERSION, ./FILE.tgz, git+https://…#COMMIT',
    },
  }),
  gateway: {
    type: 'switch',
    describe: 'print how to set up the gateway, token, provider, and key, then run doctor; writes nothing',
  },
});

export type InitFlags = Parsed<typeof flags>;

export const init = defineCommand({
  flags,
  examples: [
    ['gatebench init', 'then: gatebench run suites/starter.yaml --route demo'],
    [
      'gatebench init suites/mine.yaml --from promptfooconfig.yaml',
      'a suite from another tool, and what was left out',
    ],
    ['gatebench init suites/mine.yaml suites/other.yaml --nightly', 'a workflow for existing suites'],
    ['gatebench init --gateway', 'from nothing to a working gateway'],
  ],
  async run(parsed, io) {
    const { from, models, nightly, gateway, json } = parsed;
    if (nightly && gateway)
      throw new UserError('--gateway writes nothing: leave out --nightly, or run init twice.');
    const alone = (['pages', 'pullRequests', 'vantage', 'install'] as const).find((name) => parsed[name]);
    if (alone !== undefined && !nightly) throw new UserError(`--${typedName(alone)} goes with --nightly.`);
    if (from !== undefined && (nightly || gateway))
      throw new UserError('--from writes a suite: leave out --nightly and --gateway, or run init twice.');
    if (models !== undefined && from === undefined)
      throw new UserError('--models is for --from. Edit the models of a suite in its file.');
    if (gateway && json)
      throw new UserError('--gateway is for people. For scripts, use gatebench doctor --json.');
    const { executeInit } = await import('../init/execute-init.ts');
    return executeInit(parsed, io);
  },
});
