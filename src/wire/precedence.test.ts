import { describe, expect, test } from 'vitest';
import { outputOf } from '../base/testing/programs.ts';
import { scratchFolder } from '../base/testing/scratch.ts';
import { takePrecedence, type System } from './precedence.ts';

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
  await using cwd = await scratchFolder();
  const { stdout } = await outputOf(process.execPath, all, { cwd: cwd.path });
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

/** A Linux with a process 100 of these threads, in which thread 101 takes precedence. Returns what it changes. */
function changed(
  given: Partial<System>,
  threads = new Map([100, 101, 102, 103].map((id) => [id, 0])),
): object {
  const unchanged = new Map(threads);
  takePrecedence({
    platform: 'linux',
    pid: 100,
    readLink: () => '100/task/101',
    list: () => Array.from(threads.keys(), String),
    getPriority: (thread) => threads.get(thread)!,
    setPriority: (thread, niceness) => void threads.set(thread, niceness),
    ...given,
  });
  return Object.fromEntries([...threads].filter(([id, niceness]) => niceness !== unchanged.get(id)));
}

/** Fails as Node does. */
const refuse = (code: string) => (): never => {
  throw Object.assign(new Error(`${code}: refused`), { code });
};

describe('precedence', () => {
  test('is taken before all threads but the calling one, up to the greatest niceness', () => {
    expect(changed({})).toEqual({ 100: 5, 102: 5, 103: 5 });
    const nice = new Map([101, 102, 103].map((id) => [id, id === 103 ? 17 : 19]));
    expect(changed({}, nice)).toEqual({ 103: 19 });
  });

  test.each<[string, Partial<System>]>([
    ['no /proc', { readLink: refuse('ENOENT') }],
    ['a /proc that may not be read', { readLink: refuse('EACCES') }],
    ['a list of threads that may not be read', { list: refuse('EACCES') }],
    ['no permission', { setPriority: refuse('EPERM') }],
    ['no permission to lower', { setPriority: refuse('EACCES') }],
    ['no permission to look', { getPriority: refuse('EPERM') }],
    ['the /proc of a machine around this one, with other ids', { readLink: () => '7100/task/7101' }],
    ['a link of another form', { readLink: () => '' }],
    ...(['darwin', 'win32', 'freebsd'] as const).map((platform): [string, Partial<System>] => [
      platform,
      { platform, readLink: refuse('never asked') },
    ]),
  ])('is not taken, without a word: %s', (_, given) => {
    expect(changed(given)).toEqual({});
  });

  test('is taken before the rest if one thread has ended, or may not be changed', () => {
    const threads = new Map([100, 101, 102, 103].map((id) => [id, 0]));
    const getPriority = (thread: number): number => (thread === 100 ? refuse('ESRCH')() : 0);
    const setPriority = (thread: number, niceness: number): void =>
      thread === 102 ? refuse('EPERM')() : void threads.set(thread, niceness);
    expect(changed({ getPriority, setPriority }, threads)).toEqual({ 103: 5 });
  });
});
