import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../../bin.ts', import.meta.url));
export const suites = fileURLToPath(new URL('../../../suites/', import.meta.url));

export interface Finished {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface Started {
  child: ChildProcess;
  finished: Promise<Finished>;
}

/** Starts the real program as a user would, in its own process, with nothing of our environment but the path. */
export function start(args: readonly string[], cwd: string, env: Record<string, string> = {}): Started {
  const child = spawn(process.execPath, [bin, ...args], {
    cwd,
    // What a user of this machine has saved is none of a test's business.
    env: { PATH: process.env['PATH'] ?? '', XDG_STATE_HOME: join(cwd, '.state'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const finished = once(child, 'close').then((ended) => {
    const [code, signal] = ended as [number | null, NodeJS.Signals | null];
    return { code, signal, stdout, stderr };
  });
  return { child, finished };
}

export function gatebench(
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
): Promise<Finished> {
  return start(args, cwd, env).finished;
}

export interface Scratch extends AsyncDisposable {
  path: string;
}

/** An empty folder of the test's own. */
export async function scratch(): Promise<Scratch> {
  const path = await mkdtemp(join(tmpdir(), 'gatebench-test-'));
  return {
    path,
    async [Symbol.asyncDispose]() {
      await rm(path, { recursive: true, force: true });
    },
  };
}

/** The only run below `results` of a folder. */
export async function onlyRun(folder: string): Promise<string> {
  const results = join(folder, 'results');
  const [suite] = await readdir(results);
  const runs = await readdir(join(results, suite!));
  if (runs.length !== 1) throw new Error(`expected one run, found ${runs.join(', ')}`);
  return join(results, suite!, runs[0]!);
}
