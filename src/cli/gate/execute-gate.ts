import { randomUUID } from 'node:crypto';
import { type ExitCode } from '../../base/user-error.ts';
import { json } from '../../report/gate/gate-json.ts';
import { table } from '../../report/gate/gate-table.ts';
import { stdoutStyle } from '../terminal.ts';
import { writeForGithub } from './github.ts';
import type { GateFlags } from '../commands/gate-command.ts';
import type { Io } from '../io.ts';
import { gateCode, gateNight } from './night.ts';

/** `gatebench gate RUN`: tonight against the last nights. */
export async function executeGate(flags: GateFlags, io: Io): Promise<ExitCode> {
  const night = await gateNight(flags);
  const text = (flags.json ? json : table).render(night.report, stdoutStyle(flags.color, io));
  if (flags.github) {
    const annotations = await writeForGithub(night, flags.out ?? night.loaded.folder, io);
    // The runner reads both streams for commands; with --json stdout is for one reader alone.
    if (flags.json) io.stdout.write(text);
    else io.stdout.write(withoutCommands(text));
    (flags.json ? io.stderr : io.stdout).write(annotations.map((line) => `${line}\n`).join(''));
  } else io.stdout.write(text);
  return gateCode(night.report, flags.strict);
}

/** Names from a suite must not be taken for workflow commands; the word that switches them on again is a secret. */
function withoutCommands(text: string): string {
  const word = randomUUID();
  return `::stop-commands::${word}\n${text}::${word}::\n`;
}
