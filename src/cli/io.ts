import type { Variable } from '../target/environment.ts';
import { isAbsolute, join, relative, resolve } from 'node:path';
import type { Clock } from '../base/clock.ts';
import type { MockOptions } from '../mock/options.ts';

/** A stream to write to. What is more than `write` is there on a terminal alone. */
export type Output = NodeJS.WriteStream;

/** A mock gateway that runs. */
export interface RunningMock {
  url: string;
  stop(): Promise<void>;
}

/**
 * All of the world that a command may touch beside files and the network. Below `bin` nothing else knows the process,
 * so that a test, or another program, can run a command within its own.
 */
export interface Io {
  /** Data, and nothing else. */
  stdout: Output;
  /** Progress and warnings. */
  stderr: Output;
  /**
   * The standard output, for text in which these variables may be read. Everywhere else their values are taken out.
   * Absent: nothing is taken out.
   */
  showing?: (...shown: readonly Variable[]) => Output;
  env: NodeJS.ProcessEnv;
  /** Where relative paths start: `.` in the process's own folder, which leaves them as they were typed. */
  cwd: string;
  clock: Clock;
  /** Emits `SIGINT` and `SIGTERM`: the process itself, for the program. Without a listener, a signal ends the process. */
  signals: NodeJS.EventEmitter;
  /** What people type to start this program. */
  program: string;
  /** Starts the gateway of the route `demo`. */
  startMock: (options: Partial<MockOptions>) => Promise<RunningMock>;
}

/** A path that somebody typed, from the folder where relative ones start. */
export const under = (cwd: string, path: string): string =>
  cwd === '.' || isAbsolute(path) ? path : join(cwd, path);

/** A path as somebody in that folder would write it. */
export const shownFrom = (cwd: string, path: string): string => relative(resolve(cwd), resolve(path)) || path;
