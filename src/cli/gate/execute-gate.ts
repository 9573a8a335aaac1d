import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { oneLine } from '../../base/text.ts';
import { type ExitCode } from '../../base/user-error.ts';
import { notice } from '../../report/gate/annotations.ts';
import { runFiles, writeWhole } from '../../journal/run-folder.ts';
import { json } from '../../report/gate/gate-json.ts';
import { table } from '../../report/gate/gate-table.ts';
import { stdoutStyle } from '../terminal.ts';
import { trendOf } from './execute-trend.ts';
import { writeForGithub } from './github.ts';
import type { GateFlags } from '../commands/gate-command.ts';
import type { Io } from '../io.ts';
import { gateCode, gateNight, type Night } from './night.ts';
import { notify } from './notify.ts';

/** `gatebench gate RUN`: compares tonight with the last nights. */
export async function executeGate(flags: GateFlags, io: Io): Promise<ExitCode> {
  const night = await gateNight(flags);
  if (!flags.dryRun) await leaveVerdict(night, io);
  const text = (flags.json ? json : table).render(night.report, stdoutStyle(flags.color, io));
  // The runner reads both streams for commands. With --json, stdout is only for JSON.
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

/** In the run's folder, for lists of runs. If the folder is not writable, the verdict is still printed. */
async function leaveVerdict({ loaded: { folder }, report }: Night, { stderr }: Io): Promise<void> {
  try {
    await writeWhole(join(folder, runFiles.gate), json.render(report, { columns: 120, color: false }));
  } catch (error) {
    stderr.write(`! ${oneLine((error as Error).message, 500)}\n`);
  }
}

/** Names from a suite must not be taken for workflow commands. The word that turns commands on again is secret. */
function withoutCommands(text: string): string {
  const word = randomUUID();
  return `::stop-commands::${word}\n${text}::${word}::\n`;
}
