import { randomUUID } from 'node:crypto';
import { oneLine } from '../../base/text.ts';
import { type ExitCode } from '../../base/user-error.ts';
import { notice } from '../../report/gate/annotations.ts';
import { json } from '../../report/gate/gate-json.ts';
import { table } from '../../report/gate/gate-table.ts';
import { stdoutStyle } from '../terminal.ts';
import { trendOf } from './execute-trend.ts';
import { writeForGithub } from './github.ts';
import type { GateFlags } from '../commands/gate-command.ts';
import type { Io } from '../io.ts';
import { gateCode, gateNight } from './night.ts';
import { notify } from './notify.ts';

/** `gatebench gate RUN`: tonight against the last nights. */
export async function executeGate(flags: GateFlags, io: Io): Promise<ExitCode> {
  const night = await gateNight(flags);
  const text = (flags.json ? json : table).render(night.report, stdoutStyle(flags.color, io));
  // The runner reads both streams for commands; with --json stdout is for one reader alone.
  const commands = flags.json ? io.stderr : io.stdout;
  if (flags.github) {
    const trend = await trendOf(flags.history, night.report.run.suite);
    const annotations = await writeForGithub(night, flags.out ?? night.loaded.folder, io, trend);
    io.stdout.write(flags.json ? text : withoutCommands(text));
    commands.write(annotations.map((line) => `${line}\n`).join(''));
  } else io.stdout.write(text);
  const unsent = await notify(night.report, flags, io);
  if (unsent !== undefined && flags.github) commands.write(`${notice('warning', unsent)}\n`);
  else if (unsent !== undefined) io.stderr.write(`${oneLine(unsent, 500)}\n`);
  return gateCode(night.report, flags.strict);
}

/** Names from a suite must not be taken for workflow commands; the word that switches them on again is a secret. */
function withoutCommands(text: string): string {
  const word = randomUUID();
  return `::stop-commands::${word}\n${text}::${word}::\n`;
}
