import { exitCode } from '../../base/user-error.ts';
import { defineCommand, flagTable } from '../command.ts';
import { completionScript, shells } from '../completion/scripts.ts';

export const completion = defineCommand({
  flags: flagTable({
    shell: { type: 'text', argument: true, choices: shells, required: true, describe: 'which one' },
  }),
  examples: [
    ['eval "$(gatebench completion bash)"', 'for this shell; put it in ~/.bashrc for every shell'],
    ['gatebench completion fish > ~/.config/fish/completions/gatebench.fish', 'for every fish shell'],
  ],
  run({ shell }, { stdout }) {
    stdout.write(completionScript(shell));
    return Promise.resolve(exitCode.done);
  },
});
