import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface InstantServer extends Disposable {
  url: string;
}

/** Frames with text in each of its streams. */
export const instantFrames = 200;

/** Starts the instant server in its own process. With TLS it has the certificate of our tests. */
export async function spawnInstantServer({ isTls = false } = {}): Promise<InstantServer> {
  const file = fileURLToPath(new URL('./instant.ts', import.meta.url));
  const args = isTls ? [file, 'tls'] : [file];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const [url] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { url, [Symbol.dispose]: () => void child.kill() };
}
