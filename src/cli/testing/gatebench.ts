import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../base/clock.ts';
import { compileCache } from '../../base/compile-cache.ts';
import { finishedOf, spawn, type Finished } from '../../base/testing/programs.ts';
import type { MockOptions } from '../../mock/options.ts';
import { spawnMock, type SpawnedMock } from '../../mock/spawn.ts';
import { openWire } from '../../wire/wire.ts';
import { gatebench as runInProcess } from '../gatebench.ts';
import type { Io, Output } from '../io.ts';

const bin = fileURLToPath(new URL('../../bin.ts', import.meta.url));
export const suites = fileURLToPath(new URL('../../../suites/', import.meta.url));

/** Nothing from our environment. Saved files of this machine's user must not affect a test. */
const environment = (cwd: string, env: Record<string, string>): Record<string, string> => ({
  XDG_STATE_HOME: join(cwd, '.state'),
  ...env,
});

/** Output written to a pipe. */
class Piped extends Writable {
  #chunks: Buffer[] = [];

  override _write(chunk: Buffer, _encoding: unknown, done: () => void): void {
    this.#chunks.push(chunk);
    done();
  }

  get text(): string {
    return Buffer.concat(this.#chunks).toString();
  }
}

export interface TestIo extends Io {
  stdout: Output & { text: string };
  stderr: Output & { text: string };
}

/**
 * The world of one command in a test: pipes, a folder, and only these variables. The demo answers at a multiple of its
 * usual pace.
 */
export const testIo = (cwd: string, env: Record<string, string> = {}, demoSpeed = 40): TestIo => ({
  stdout: new Piped() as unknown as TestIo['stdout'],
  stderr: new Piped() as unknown as TestIo['stderr'],
  env: environment(cwd, env),
  cwd,
  clock: systemClock,
  signals: new EventEmitter(),
  program: 'npm run -s gatebench --',
  // A thread for each run would cost more than the rest of it. Tests that start the program cover its thread.
  openWire,
  startMock: (options) => sharedMock({ speed: demoSpeed, ...options }),
});

const mocks = new Map<string, Promise<SpawnedMock>>();

/** One for all commands of a test file. It ends with the file's process. */
async function sharedMock(
  options: Partial<MockOptions>,
): Promise<{ url: string; stop: () => Promise<void> }> {
  const key = JSON.stringify(options);
  const mock = mocks.get(key) ?? spawnMock(options);
  mocks.set(key, mock);
  return { url: (await mock).url, stop: () => Promise.resolve() };
}

/** Runs a command in this process, as if it were started in `cwd`: paths below that folder are shown relative to it. */
export async function gatebench(
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
  demoSpeed?: number,
): Promise<Finished> {
  const io = testIo(cwd, env, demoSpeed);
  const code = await runInProcess(args, io);
  // A path typed as absolute is shown as absolute.
  const typed = args.filter((arg) => arg.includes(cwd));
  const asThere = (text: string): string =>
    typed.reduce(
      (shown, arg, at) => shown.replaceAll(`\0${at}\0`, arg),
      typed.reduce((shown, arg, at) => shown.replaceAll(arg, `\0${at}\0`), text).replaceAll(`${cwd}/`, ''),
    );
  return { code, signal: null, stdout: asThere(io.stdout.text), stderr: asThere(io.stderr.text) };
}

export interface Started {
  child: ChildProcess;
  finished: Promise<Finished>;
}

/**
 * Starts the real program like a user, in its own process: for signals, kills and the start itself. It ends with the
 * scratch folder that `cwd` is in.
 */
export function start(args: readonly string[], cwd: string, env: Record<string, string> = {}): Started {
  const child = spawn(process.execPath, [bin, ...args], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', ...compileCache(), ...environment(cwd, env) },
  });
  return { child, finished: finishedOf(child) };
}

export type { Finished } from '../../base/testing/programs.ts';
export { scratchFolder as scratch, type Scratch } from '../../base/testing/scratch.ts';

/** The only run below `results` of a folder. */
export async function onlyRun(folder: string): Promise<string> {
  const results = join(folder, 'results');
  const [suite] = await readdir(results);
  const runs = await readdir(join(results, suite!));
  if (runs.length !== 1) throw new Error(`expected one run, found ${runs.join(', ')}`);
  return join(results, suite!, runs[0]!);
}
