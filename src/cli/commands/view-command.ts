import { defineCommand, flagTable, portFlag } from '../command.ts';
import type { Parsed } from '../flags.ts';

const flags = flagTable({
  history: {
    type: 'path',
    value: 'DIR',
    completes: 'folders',
    describe: 'folder of history.csv: shows its nights as well',
  },
  port: portFlag,
});

export type ViewFlags = Parsed<typeof flags>;

export const view = defineCommand({
  flags,
  examples: [
    ['gatebench view', 'then open the address that it prints'],
    ['gatebench view --history history', 'with the nights of a gate'],
  ],
  epilogue:
    'It listens on this machine only, and changes nothing. To look from another machine: ssh -L PORT:127.0.0.1:PORT HOST.',
  run: async (parsed, io) => (await import('../execute-view.ts')).executeView(parsed, io),
});
