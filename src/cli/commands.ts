import type { CommandEntry } from './command.ts';

/** Every command, in the order of the help. To add one: write its file, add its entry. */
export const commands: readonly CommandEntry[] = [
  {
    usage: 'run [suite..]',
    describe: 'Send a suite to every model, write a run folder, print a table',
    load: async () => (await import('./commands/run-command.ts')).run,
  },
  {
    usage: 'plan <suite..>',
    describe: 'Check a suite and print what a run would send; sends nothing',
    load: async () => (await import('./commands/plan-command.ts')).plan,
  },
  {
    usage: 'doctor [suite]',
    describe: 'Try every route and model with tiny requests, and say what to mend',
    load: async () => (await import('./commands/doctor-command.ts')).doctor,
  },
  {
    usage: 'calibrate',
    describe: "Prove this machine's clock against the built-in truth server",
    load: async () => (await import('./commands/calibrate-command.ts')).calibrate,
  },
  {
    usage: 'report <run>',
    describe: 'Print a run again, from its folder alone',
    load: async () => (await import('./commands/report-command.ts')).report,
  },
  {
    usage: 'compare <run> [other]',
    describe: 'Models against each other within a run, or the same models across two runs',
    load: async () => (await import('./commands/compare-command.ts')).compare,
  },
  {
    usage: 'gate <run> [night]',
    describe: 'Tonight against the last nights, with an exit code for CI',
    load: async () => (await import('./commands/gate-command.ts')).gate,
  },
  {
    usage: 'trend',
    describe: 'The history of all nights, with the days on which a level moved',
    load: async () => (await import('./commands/trend-command.ts')).trend,
  },
  {
    usage: 'merge <run..>',
    describe: 'Join the shards of a run',
    load: async () => (await import('./commands/merge-command.ts')).merge,
  },
  {
    usage: 'repair <run>',
    describe: 'Salvage a damaged run or history, and say what was lost',
    load: async () => (await import('./commands/repair-command.ts')).repair,
  },
  {
    usage: 'export <run..>',
    describe: 'Write runs as a spreadsheet: a workbook with charts, or CSV that opens right',
    load: async () => (await import('./commands/export-command.ts')).exportRuns,
  },
  {
    usage: 'reconcile <run>',
    describe: "Our numbers beside the gateway's own log",
    load: async () => (await import('./commands/reconcile-command.ts')).reconcile,
  },
  {
    usage: 'serve',
    describe: 'Run the built-in mock gateway on loopback',
    load: async () => (await import('./commands/serve-command.ts')).serve,
  },
  {
    usage: 'init [suite]',
    describe: 'Write a starter suite, or with --nightly a workflow; --gateway: how to set one up',
    load: async () => (await import('./commands/init-command.ts')).init,
  },
  {
    usage: 'schema',
    describe: "Print the suite's JSON Schema, for editors",
    load: async () => (await import('./commands/schema-command.ts')).schema,
  },
  {
    usage: 'completion <shell>',
    describe: 'Print what makes bash, zsh or fish complete commands, flags, suites and runs',
    load: async () => (await import('./commands/completion-command.ts')).completion,
  },
];
