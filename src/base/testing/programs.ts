import { spawn as spawnFree, type ChildProcess, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { scratchAround } from './scratch.ts';

export interface Finished {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

interface Settings {
  /** In a scratch folder, or below it. */
  cwd: string;
  /** All its variables. `process.env` if absent. */
  env?: NodeJS.ProcessEnv | undefined;
}

/**
 * Starts a program in a scratch folder. Whatever becomes of the test, the program ends before the folder is removed:
 * this is the only way for tests to start one that runs beside them (see `eslint.config.js`).
 */
export function spawn(
  command: string,
  args: readonly string[],
  settings: Settings,
): ChildProcessByStdio<null, Readable, Readable> {
  return kept(settings.cwd, () =>
    spawnFree(command, args, { ...settings, stdio: ['ignore', 'pipe', 'pipe'] }),
  );
}

/** As above, for a server whose output nobody reads. */
export function spawnSilent(command: string, args: readonly string[], settings: Settings): ChildProcess {
  return kept(settings.cwd, () => spawnFree(command, args, { ...settings, stdio: 'ignore' }));
}

function kept<Child extends ChildProcess>(cwd: string, begin: () => Child): Child {
  const scratch = scratchAround(cwd);
  const child = begin();
  scratch.endsWith(async () => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  });
  return child;
}

/** How a program ends, and what it wrote until then. Rejects if it could not be started. */
export async function finishedOf(child: ChildProcessByStdio<null, Readable, Readable>): Promise<Finished> {
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { code, signal, stdout, stderr };
}

/** Runs a program that must succeed, and gives what it wrote to stdout and stderr. */
export async function outputOf(
  command: string,
  args: readonly string[],
  settings: Settings,
): Promise<Pick<Finished, 'stdout' | 'stderr'>> {
  const { code, signal, ...output } = await finishedOf(spawn(command, args, settings));
  if (code !== 0) throw new Error(`${command} ended with ${code ?? signal}: ${output.stderr}`);
  return output;
}
