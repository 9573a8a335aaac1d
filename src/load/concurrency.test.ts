import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Concurrency } from './concurrency.ts';
import type { Lane } from './load-mode.ts';

const lane = (key: string, ceiling?: number): Lane => ({
  key,
  name: key,
  ...(ceiling === undefined ? {} : { ceiling }),
});
const of = (concurrency: number, lanes: readonly Lane[]): Concurrency =>
  new Concurrency({ concurrency, lanes });

/** Sends that end when the test says so. */
class Sends {
  readonly running: string[] = [];
  readonly #ends: (() => void)[] = [];
  readonly #concurrency: Concurrency;

  constructor(concurrency: Concurrency) {
    this.#concurrency = concurrency;
  }

  async ask({ key }: Lane, times: number): Promise<void> {
    for (let n = 0; n < times; n++)
      void this.#concurrency.run(key, async () => {
        this.running.push(key);
        await new Promise<void>((resolve) => this.#ends.push(resolve));
        this.running.splice(this.running.indexOf(key), 1);
      });
    await turn();
  }

  /** Ends those that have run longest. */
  async end(times: number): Promise<void> {
    for (const end of this.#ends.splice(0, times)) end();
    await turn();
  }
}

test.each([
  [3, 3, 1],
  [4, 3, 1],
  [5, 2, 2],
  [1, 3, 1],
  [2, 1, 2],
])('%i places for %i lanes: each has %i', async (total, cells, share) => {
  const all = Array.from({ length: cells }, (_, n) => lane(`m${n}`));
  const concurrency = of(total, all);
  const sends = new Sends(concurrency);
  await sends.ask(all[0]!, 10);
  expect(sends.running).toHaveLength(share);
  expect(concurrency.highestCeiling).toBe(share);
  expect(concurrency.total).toBe(total);
});

test("a lane's own ceiling holds, and never goes above the total", async () => {
  const [one, many] = [lane('one', 1), lane('many', 99)];
  const concurrency = of(4, [one, many]);
  const sends = new Sends(concurrency);
  await sends.ask(one, 5);
  expect(sends.running).toEqual(['one']);
  await sends.ask(many, 9);
  expect(sends.running).toEqual(['one', 'many', 'many', 'many']);
  expect(concurrency.highestCeiling).toBe(4);
});

test('a lane that waits for its own ceiling holds no place of the others', async () => {
  const [slow, fast] = [lane('slow', 1), lane('fast', 1)];
  const sends = new Sends(of(2, [slow, fast]));
  await sends.ask(slow, 10);
  await sends.ask(fast, 10);
  expect(sends.running).toEqual(['slow', 'fast']);
});

test('where all places are taken, the one that waited longest goes first', async () => {
  const cells = ['a', 'b', 'c'].map((id) => lane(id, 2));
  const sends = new Sends(of(2, cells));
  for (const one of cells) await sends.ask(one, 1);
  await sends.ask(cells[0]!, 1);
  expect(sends.running).toEqual(['a', 'b']);
  await sends.end(1);
  expect(sends.running).toEqual(['b', 'c']);
  await sends.end(1);
  expect(sends.running).toEqual(['c', 'a']);
});

test('a failed send gives its place back and hands its error on', async () => {
  const one = lane('one', 1);
  const concurrency = of(1, [one]);
  await expect(concurrency.run(one.key, () => Promise.reject(new Error('refused')))).rejects.toThrow(
    'refused',
  );
  expect(await concurrency.run(one.key, () => Promise.resolve(7))).toBe(7);
});

test('lowering halves what a lane may have, down to one; restoring lets the waiting go at once', async () => {
  const [one, other] = [lane('one', 5), lane('other', 1)];
  const concurrency = of(6, [one, other]);
  const sends = new Sends(concurrency);
  await sends.ask(one, 20);
  expect(sends.running).toHaveLength(5);
  expect(concurrency.lower(one.key)).toBe(2);
  // Those in flight stay; the next ones wait until fewer than two are left.
  await sends.end(3);
  expect(sends.running).toHaveLength(2);
  await sends.end(1);
  expect(sends.running).toHaveLength(2);
  expect([concurrency.lower(one.key), concurrency.lower(one.key)]).toEqual([1, 1]);
  await sends.ask(other, 1);
  expect(sends.running).toContain('other');
  expect(concurrency.restore(one.key)).toBe(5);
  await sends.end(0);
  expect(sends.running.filter((id) => id === 'one')).toHaveLength(5);
});
