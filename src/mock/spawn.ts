import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { compileCache } from '../base/compile-cache.ts';
import { measuringFlags } from '../base/measuring-flags.ts';
import { UserError } from '../base/user-error.ts';
import type { MockOptions } from './options.ts';

/** A mock gateway in a process of its own. */
export interface SpawnedMock {
  url: string;
  pid: number;
  /** Ends it. Otherwise it ends together with the process that started it, however that ends. */
  stop(): Promise<void>;
}

/**
 * Starts a mock gateway in another process, so that its work disturbs no clock here. It does not keep this process
 * alive, and Ctrl-C in a terminal does not reach it: the caller decides when it stops. Throws `UserError` if it does
 * not start.
 */
export async function spawnMock(options: Partial<MockOptions> = {}): Promise<SpawnedMock> {
  const { port = 0, ...rest } = options;
  const main = fileURLToPath(new URL(`./mock-main${extname(import.meta.url)}`, import.meta.url));
  // The truth server also needs an accurate clock.
  const args = [
    ...measuringFlags,
    main,
    '--exit-with-parent',
    '--port',
    String(port),
    '--options',
    JSON.stringify(rest),
  ];
  const child = spawn(process.execPath, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    windowsHide: true,
    // It needs nothing from our environment, which may hold tokens.
    env: compileCache(),
  });
  const url = await listening(child);
  for (const handle of [child, child.stdin, child.stdout, child.stderr]) unref(handle);
  return { url, pid: child.pid!, stop: () => stop(child) };
}

async function listening(child: ChildProcess): Promise<string> {
  let complaint = '';
  child
    .stderr!.setEncoding('utf8')
    .on('data', (text: string) => (complaint = (complaint + text).slice(-2000)));
  const lines = createInterface({ input: child.stdout! });
  const failed = new Promise<never>((_resolve, reject) => {
    child.once('error', reject);
    // `close` comes after the last of its output.
    child.once('close', () => reject(new UserError(`The mock gateway did not start: ${complaint.trim()}`)));
  });
  const [line] = (await Promise.race([once(lines, 'line'), failed])) as [string];
  failed.catch(() => {});
  return (JSON.parse(line) as { url: string }).url;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.ref();
  child.kill('SIGTERM');
  const insist = setTimeout(() => child.kill('SIGKILL'), 2000);
  await exited;
  clearTimeout(insist);
}

/** Pipes of a child are sockets and can be let go, which their declared type does not say. */
function unref(handle: unknown): void {
  (handle as { unref?: () => void }).unref?.();
}
