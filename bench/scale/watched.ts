import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { measuringFlags } from '../../src/base/measuring-flags.ts';

const bin = fileURLToPath(new URL('../../src/bin.ts', import.meta.url));
const watch = new URL('./watch.ts', import.meta.url).href;

export interface Memory {
  /** Live heap after garbage collection. */
  heapMib: number;
  rssMib: number;
}

export interface Ended {
  code: number | null;
  stdout: string;
  seconds: number;
  /** Peak memory. */
  peakMib: number;
  /** Processor time of all its threads. */
  cpuMs: number;
}

/** The real program in its own process, whose memory can be observed. */
export interface Watched {
  /** Rejects if it has ended. */
  look(): Promise<Memory>;
  ended: Promise<Ended>;
  stop(): void;
}

/** `flags`: of its Node. */
export function watched(
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = {},
  flags: readonly string[] = measuringFlags,
): Watched {
  const startedAt = performance.now();
  // With its own flags from the start: a process that restarts itself would lose the channel.
  const all = [...flags, '--expose-gc', '--import', watch, bin, ...args];
  const child: ChildProcess = spawn(process.execPath, all, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc', 'pipe'],
  });
  const printed = text(child.stdout!);
  const peak = text(child.stdio[4] as Readable);
  const ended = once(child, 'close').then(async ([code]): Promise<Ended> => {
    const seconds = (performance.now() - startedAt) / 1000;
    const [peakMib = NaN, cpuMs = NaN] = (await peak).split(' ').map(Number);
    return { code: code as number | null, stdout: await printed, seconds, peakMib, cpuMs };
  });
  return {
    ended,
    async look() {
      const answer = once(child, 'message') as Promise<[Memory]>;
      child.send('look');
      const over = ended.then(() => Promise.reject(new Error('it has ended')));
      return (await Promise.race([answer, over]))[0];
    },
    stop: () => void child.kill(),
  };
}
