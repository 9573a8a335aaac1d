import type { Variable } from '../target/environment.ts';
import { isAbsolute, join, relative, resolve } from 'node:path';
import type { Clock } from '../base/clock.ts';
import type { SendOptions } from '../run/send-plan.ts';
import type { MockOptions } from '../mock/options.ts';

/** A stream to write to. Everything except `write` exists only on a terminal. */
export type Output = NodeJS.WriteStream;

/** A running mock gateway. */
export interface RunningMock {
  url: string;
  stop(): Promise<void>;
}

/**
 * Everything that a command may access besides files and the network. Below `bin` no other code uses the process, so a
 * test, or another program, can run a command in its own process.
 */
export interface Io {
  /** Only data. */
  stdout: Output;
  /** Progress and warnings. */
  stderr: Output;
  /**
   * The standard output, for text in which these variables may be shown. Everywhere else their values are removed.
   * Absent: nothing is removed.
   */
  showing?: (...shown: readonly Variable[]) => Output;
  env: NodeJS.ProcessEnv;
  /** Base of relative paths: `.` in the process's own folder, which leaves them as typed. */
  cwd: string;
  clock: Clock;
  /**
   * Emits `SIGINT` and `SIGTERM`. In the program, the process itself. Without a listener, a signal ends the process.
   */
  signals: NodeJS.EventEmitter;
  /** Nothing else runs in this process: threads may be put in order of precedence. Absent: something may. */
  isOwnProcess?: boolean;
  /** The command that starts this program. */
  program: string;
  /** Opens what sends the requests of a run. Absent: a thread of its own (wire-of.ts). */
  openWire?: SendOptions['openWire'];
  /** Starts the gateway of the route `demo`. */
  startMock: (options: Partial<MockOptions>) => Promise<RunningMock>;
}

/** A typed path, relative to the command's folder. */
export const under = (cwd: string, path: string): string =>
  cwd === '.' || isAbsolute(path) ? path : join(cwd, path);

/** A path as somebody in that folder would write it. */
export const shownFrom = (cwd: string, path: string): string => relative(resolve(cwd), resolve(path)) || path;
