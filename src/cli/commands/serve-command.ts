import { influences, modes, type SetUp, setUps } from '../../mock/set-ups.ts';
import { defineCommand, flagTable, portFlag } from '../command.ts';
import type { Parsed } from '../flags.ts';

const listed = (all: readonly SetUp[]): string =>
  all.map(({ name, summary }) => `  ${name.padEnd(22)} ${summary}`).join('\n');

const flags = flagTable({
  port: portFlag,
  speed: {
    type: 'number',
    default: 1,
    min: 0.001,
    max: 1000,
    value: 'N',
    describe: 'speed of the simulation: 2 halves every delay',
  },
  seed: {
    type: 'number',
    default: 1,
    min: 0,
    whole: true,
    value: 'N',
    describe: 'random seed of the simulated models',
  },
  mode: {
    type: 'text',
    value: 'NAME',
    completes: modes.map(({ name }) => name),
    describe: 'simulate a broken setup, or a server that distorts figures; see the list below',
  },
});

export type ServeFlags = Parsed<typeof flags>;

export const serve = defineCommand({
  flags,
  examples: [
    ['gatebench serve --port 8787', 'then point any OpenAI client at it'],
    ['gatebench serve --mode no-stored-key', 'then see what gatebench doctor says'],
  ],
  epilogue: `Modes:\n${listed(setUps)}\n\nModes that distort figures, for gatebench run:\n${listed(influences)}`,
  run: async (parsed, io) => (await import('../execute-serve.ts')).executeServe(parsed, io),
});
