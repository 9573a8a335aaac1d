import { randomUUID } from 'node:crypto';
import { type ExitCode } from '../../base/user-error.ts';
import { json } from '../../report/gate/gate-json.ts';
import { table } from '../../report/gate/gate-table.ts';
import { stdoutStyle } from '../terminal.ts';
import { writeForGithub } from './github.ts';
import { gateCode, judgeNight, type NightFlags } from './night.ts';

export interface GateFlags extends NightFlags {
  github: boolean;
  /** Folder for the files of `--github`, instead of the run's. */
  out: string | undefined;
  strict: boolean;
  json: boolean;
  color: boolean | undefined;
}

/** `gatebench gate RUN`: tonight against the last nights. */
export async function executeGate(flags: GateFlags): Promise<ExitCode> {
  const night = await judgeNight(flags);
  const text = (flags.json ? json : table).render(night.report, stdoutStyle(flags.color));
  if (flags.github) {
    const annotations = await writeForGithub(night, flags.out ?? night.loaded.folder);
    // The runner reads both streams for commands; with --json stdout is for one reader alone.
    if (flags.json) process.stdout.write(text);
    else process.stdout.write(withoutCommands(text));
    (flags.json ? process.stderr : process.stdout).write(annotations.map((line) => `${line}\n`).join(''));
  } else process.stdout.write(text);
  return gateCode(night.report, flags.strict);
}

/** Names from a suite must not be taken for workflow commands; the word that switches them on again is a secret. */
function withoutCommands(text: string): string {
  const word = randomUUID();
  return `::stop-commands::${word}\n${text}::${word}::\n`;
}
