import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

/** Prints the niceness of every thread, once the wire's and then another one have begun. */
const script = `
  import { readdirSync } from 'node:fs';
  import { getPriority } from 'node:os';
  import { once } from 'node:events';
  import { Worker } from 'node:worker_threads';
  import { openThreadWire } from ${JSON.stringify(new URL('./thread-wire.ts', import.meta.url).href)};

  const timeouts = { connectMs: 1000, firstTokenMs: 1000, idleMs: 1000, totalMs: 1000 };
  const precedence = process.argv[1] === 'precedence';
  const wire = openThreadWire({ timeouts, precedence, note: (text) => console.error(text) });
  await wire.warm(['http://127.0.0.1:9'], 1);
  await once(new Worker('setInterval(() => undefined, 1000)', { eval: true }), 'online');
  const threads = readdirSync('/proc/self/task').map((id) => getPriority(Number(id)));
  console.log(JSON.stringify({ main: getPriority(process.pid), threads }));
  process.exit();
`;

async function niceness(...args: string[]): Promise<{ main: number; threads: number[] }> {
  const all = ['--input-type=module', '--eval', script, ...args];
  const { stdout } = await promisify(execFile)(process.execPath, all);
  return JSON.parse(stdout) as { main: number; threads: number[] };
}

test.runIf(process.platform === 'linux')(
  'the thread that stamps goes before all others of the process, later ones too, if that is wanted',
  async () => {
    const [before, after] = [await niceness(), await niceness('precedence')];
    expect(new Set(before.threads)).toEqual(new Set([before.main]));
    const nicer = Math.min(before.main + 5, 19);
    expect(after.main).toBe(nicer);
    expect(after.threads.toSorted((a, b) => a - b).slice(0, 2)).toEqual([before.main, nicer]);
  },
);
