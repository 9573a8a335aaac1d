import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename, dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { listRuns } from '../../src/journal/run-folder.ts';
import type { LiveNews } from '../../src/view/live.ts';

const bin = fileURLToPath(new URL('../../src/bin.ts', import.meta.url));
/** As often as a live page asks for news. */
const everyMs = 500;

export interface LookingOn {
  /** Rejects if the viewer saw no row. */
  end(): Promise<void>;
}

/** Starts a viewer and keeps the live page of the next run below `results` open. */
export async function lookOn(results: string): Promise<LookingOn> {
  const child = spawn(process.execPath, [bin, 'view', '--results', results, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const { url } = JSON.parse(line) as { url: string };
  const door = await fetch(url, { redirect: 'manual' });
  const headers = { cookie: door.headers.get('set-cookie')!.split(';')[0]! };
  const { signal, abort } = withAbort();
  const seen = follow(results, new URL(url).origin, headers, signal);
  seen.catch(() => undefined);
  return {
    async end() {
      abort();
      const ended = once(child, 'exit');
      child.kill();
      await ended;
      if ((await seen) === 0) throw new Error('the viewer saw no row of the run');
    },
  };
}

function withAbort(): { signal: AbortSignal; abort: () => void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}

/** Follows the run until told to stop. Returns how many rows it saw. */
async function follow(
  results: string,
  origin: string,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<number> {
  let next = 0;
  let isOpen = false;
  for (; !signal.aborted; await sleep(everyMs)) {
    const [run] = await listRuns(results);
    if (run === undefined) continue;
    const page = `${origin}/run/${basename(dirname(run))}/${basename(run)}`;
    try {
      if (!isOpen) await (await fetch(page, { headers })).text();
      isOpen = true;
      const answer = await fetch(`${page}/live?after=${next}`, { headers, signal });
      if (answer.ok) ({ next } = (await answer.json()) as LiveNews);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
  return next;
}
