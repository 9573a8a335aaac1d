import type { CommandEntry } from './command.ts';

/** Every command, in the order of the help. To add one: write its file, add its entry. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'run',
    describe: 'Send a suite to every model, save the results, print a table',
    measures: true,
    load: async () => (await import('./commands/run-command.ts')).run,
  },
  {
    name: 'worker',
    describe: 'Send requests for a run --queue, from this machine and with its credentials',
    measures: true,
    load: async () => (await import('./commands/worker-command.ts')).worker,
  },
  {
    name: 'plan',
    describe: 'Check a suite and print what a run would send. Sends nothing',
    load: async () => (await import('./commands/plan-command.ts')).plan,
  },
  {
    name: 'doctor',
    describe: 'Try every route and model with tiny requests, and say what to fix',
    load: async () => (await import('./commands/doctor-command.ts')).doctor,
  },
  {
    name: 'calibrate',
    describe: "Check this machine's clock against a server that knows the truth",
    measures: true,
    load: async () => (await import('./commands/calibrate-command.ts')).calibrate,
  },
  {
    name: 'report',
    describe: 'Print the report of a run again, from its folder',
    load: async () => (await import('./commands/report-command.ts')).report,
  },
  {
    name: 'runs',
    describe: 'List the runs, the newest first',
    load: async () => (await import('./commands/runs-command.ts')).runs,
  },
  {
    name: 'view',
    describe: 'Show all runs in a browser: reports, answers side by side, requests, and runs in progress',
    load: async () => (await import('./commands/view-command.ts')).view,
  },
  {
    name: 'query',
    describe: 'Answer a question in SQL over all runs (needs DuckDB, an optional package)',
    load: async () => (await import('./commands/query-command.ts')).query,
  },
  {
    name: 'compare',
    describe: 'Compare the models of a run, or the same models in two runs',
    load: async () => (await import('./commands/compare-command.ts')).compare,
  },
  {
    name: 'score',
    describe: 'Judge the stored answers of a run: by its judges, or by its checks again',
    load: async () => (await import('./commands/score-command.ts')).score,
  },
  {
    name: 'rate',
    describe: 'Write a blind sheet of answers for people, or read their verdicts',
    load: async () => (await import('./commands/rate-command.ts')).rate,
  },
  {
    name: 'choose',
    describe: 'Say which model is right for the job, as far as the data show',
    load: async () => (await import('./commands/choose-command.ts')).choose,
  },
  {
    name: 'gate',
    describe: 'Compare tonight with the last nights; exit code for CI',
    load: async () => (await import('./commands/gate-command.ts')).gate,
  },
  {
    name: 'deliver',
    describe: 'Report a night to GitHub: an issue when it fails, a comment on a pull request',
    load: async () => (await import('./commands/deliver-command.ts')).deliver,
  },
  {
    name: 'trend',
    describe: 'Print the history of all nights, and the days on which something changed',
    load: async () => (await import('./commands/trend-command.ts')).trend,
  },
  {
    name: 'publish',
    describe: 'Write the nights as a static site: pictures, verdicts, badges, a feed, the latest reports',
    load: async () => (await import('./commands/publish-command.ts')).publish,
  },
  {
    name: 'merge',
    describe: 'Join the shards of a run into one',
    load: async () => (await import('./commands/merge-command.ts')).merge,
  },
  {
    name: 'repair',
    describe: 'Repair a damaged run or history, and say what was lost',
    load: async () => (await import('./commands/repair-command.ts')).repair,
  },
  {
    name: 'export',
    describe: 'Export runs to a workbook with charts, to CSV for spreadsheets, or to Parquet',
    load: async () => (await import('./commands/export-command.ts')).exportRuns,
  },
  {
    name: 'reconcile',
    describe: "Compare our numbers with the gateway's own log",
    load: async () => (await import('./commands/reconcile-command.ts')).reconcile,
  },
  {
    name: 'serve',
    describe: 'Run the built-in mock gateway on loopback',
    load: async () => (await import('./commands/serve-command.ts')).serve,
  },
  {
    name: 'init',
    describe: 'Write a starter suite or a nightly workflow, or explain how to set up a gateway',
    load: async () => (await import('./commands/init-command.ts')).init,
  },
  {
    name: 'schema',
    describe: 'Print the JSON Schema of suites, for editors',
    load: async () => (await import('./commands/schema-command.ts')).schema,
  },
  {
    name: 'completion',
    describe: 'Print a completion script for bash, zsh, or fish',
    load: async () => (await import('./commands/completion-command.ts')).completion,
  },
];
