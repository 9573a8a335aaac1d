import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename, dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { listRuns } from '../../src/journal/run-folder.ts';
import type { LiveNews } from '../../src/view/live.ts';

const bin = fileURLToPath(new URL('../../src/bin.ts', import.meta.url));
/** The polling interval of a live page. */
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
  const watching = new AbortController();
  const seen = follow(results, new URL(url).origin, headers, watching.signal);
  seen.catch(() => undefined);
  return {
    async end() {
      watching.abort();
      const ended = once(child, 'exit');
      child.kill();
      await ended;
      if ((await seen) === 0) throw new Error('the viewer saw no row of the run');
    },
  };
}

/** Follows the run until told to stop. Returns how many rows it saw. */
async function follow(
  results: string,
  origin: string,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<number> {
  let next = 0;
  let page: string | undefined;
  while (!signal.aborted) {
    try {
      page ??= await opened(results, origin, headers);
      if (page !== undefined) {
        const answer = await fetch(`${page}/live?after=${next}`, { headers, signal });
        if (answer.ok) next = ((await answer.json()) as LiveNews).next;
      }
    } catch (error) {
      // The viewer ends during the request.
      if (!isOver(signal)) throw error;
    }
    await sleep(everyMs);
  }
  return next;
}

const isOver = ({ aborted }: AbortSignal): boolean => aborted;

/** Opens the page of the run. Undefined until there is one. */
async function opened(
  results: string,
  origin: string,
  headers: Record<string, string>,
): Promise<string | undefined> {
  const run = (await listRuns(results)).at(0);
  if (run === undefined) return undefined;
  const page = `${origin}/run/${basename(dirname(run))}/${basename(run)}`;
  await (await fetch(page, { headers })).text();
  return page;
}
