import { exitCode } from '../../base/user-error.ts';
import { completionScript, shells, type Shell } from '../completion/scripts.ts';
import type { Command } from '../command.ts';

export const completion: Command = {
  flags: (builder) =>
    builder
      .positional('shell', { choices: shells, demandOption: true, describe: 'which one' })
      .example('eval "$($0 completion bash)"', 'for this shell; put it in ~/.bashrc for every shell')
      .example('$0 completion fish > ~/.config/fish/completions/gatebench.fish', 'for every fish shell'),
  run(flags) {
    process.stdout.write(completionScript(flags['shell'] as Shell));
    return Promise.resolve(exitCode.done);
  },
};
