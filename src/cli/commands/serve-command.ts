import { influences, modes } from '../../mock/influences.ts';
import { setUps, type SetUp } from '../../mock/set-ups.ts';
import { numberFlag } from '../number-flags.ts';
import type { Command } from '../command.ts';

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
        describe: 'where it listens; 0 is any free port',
      })
      .option('speed', {
        type: 'string',
        default: '1',
        requiresArg: true,
        value: 'N',
        describe: 'scales all simulated delays',
      })
      .option('seed', {
        type: 'string',
        default: '1',
        requiresArg: true,
        value: 'N',
        describe: 'chance of the simulated models',
      })
      .option('mode', {
        type: 'string',
        requiresArg: true,
        value: 'NAME',
        completes: modes.map(({ name }) => name),
        describe: 'a gateway set up wrongly, or a server with an influence on figures: one of those below',
      })
      .example('$0 serve --port 8787', 'then point any OpenAI client at it')
      .example('$0 serve --mode no-stored-key', 'then see what gatebench doctor says')
      .epilogue(
        `Modes:\n${listed(setUps)}\n\nModes with an influence on figures, for gatebench run:\n${listed(influences)}`,
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
