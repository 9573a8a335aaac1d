import { influences, modes, type SetUp, setUps } from '../../mock/set-ups.ts';
import type { Command } from '../command.ts';
import { numberFlag } from '../number-flags.ts';

const listed = (all: readonly SetUp[]): string =>
  all.map(({ name, summary }) => `  ${name.padEnd(22)} ${summary}`).join('\n');

export const serve: Command = {
  flags: (builder) =>
    builder
      .option('port', {
        type: 'string',
        default: '0',
        requiresArg: true,
        value: 'N',
        describe: 'port to listen on; 0 means any free port',
      })
      .option('speed', {
        type: 'string',
        default: '1',
        requiresArg: true,
        value: 'N',
        describe: 'speed of the simulation: 2 halves every delay',
      })
      .option('seed', {
        type: 'string',
        default: '1',
        requiresArg: true,
        value: 'N',
        describe: 'random seed of the simulated models',
      })
      .option('mode', {
        type: 'string',
        requiresArg: true,
        value: 'NAME',
        completes: modes.map(({ name }) => name),
        describe: 'simulate a broken setup, or a server that distorts figures; see the list below',
      })
      .example('$0 serve --port 8787', 'then point any OpenAI client at it')
      .example('$0 serve --mode no-stored-key', 'then see what gatebench doctor says')
      .epilogue(
        `Modes:\n${listed(setUps)}\n\nModes that distort figures, for gatebench run:\n${listed(influences)}`,
      ),
  async run(flags) {
    const { executeServe } = await import('../execute-serve.ts');
    return executeServe({
      port: numberFlag('port', { min: 0, max: 65535, whole: true })(flags['port']) ?? 0,
      speed: numberFlag('speed', { min: 0.001, max: 1000 })(flags['speed']) ?? 1,
      seed: numberFlag('seed', { min: 0, whole: true })(flags['seed']) ?? 1,
      mode: flags['mode'] as string | undefined,
      json: flags['json'] === true,
    });
  },
};
