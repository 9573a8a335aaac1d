import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { HandClock } from '../base/testing/hand-clock.ts';
import type { LoadMode, LoadRun, Offer } from './load-mode.ts';
import { loadModeOf, loadModes, loadSchema } from './load-modes.ts';

const offer: Offer = {
  concurrency: 4,
  lanes: [
    { key: 'a', name: 'a' },
    { key: 'b', name: 'b', ceiling: 1 },
  ],
};

/** Actions of a mode with requests that take 10 ms each. */
async function driven(mode: LoadMode, change: Partial<LoadRun<string>> = {}) {
  const clock = new HandClock();
  const seen = { sent: [] as string[], inFlight: 0, most: 0 };
  const settings = z.object(mode.fields).parse(mode.example);
  const run = mode.drive<string>(settings, {
    ...offer,
    blocks: Array.from({ length: 6 }, (_, n) => [{ request: `a${n}` }, { request: `b${n}` }]),
    laneOf: (request) => request.charAt(0),
    perform: ({ request }, gate) => {
      let isReady = false;
      return gate.admit({
        ready: () => Promise.resolve(void (isReady = true)),
        send: async () => {
          expect(isReady).toBe(true);
          seen.sent.push(request);
          seen.most = Math.max(seen.most, ++seen.inFlight);
          await clock.sleep(10);
          seen.inFlight--;
          gate.ended({ rateLimited: false });
        },
      });
    },
    affords: () => true,
    clock,
    stop: new AbortController().signal,
    note: () => undefined,
    ...change,
  });
  await clock.finish(run);
  return { ...seen, minutes: clock.now() / 60_000 };
}

test('every mode has a name of its own; a suite without one has the first', () => {
  expect(new Set(loadModes.map(({ name }) => name)).size).toBe(loadModes.length);
  expect(loadModeOf()).toBe(loadModes[0]);
  expect(() => loadModeOf({ mode: 'ajar' })).toThrow('this version has no load mode "ajar"');
});

describe.each(loadModes)('$name', (mode) => {
  test('describes itself and each of its fields', () => {
    expect(mode.summary).not.toBe('');
    const { properties = {} } = z.toJSONSchema(z.object(mode.fields), { io: 'input' });
    for (const field of Object.values(properties)) expect(field).toHaveProperty('description');
  });

  test('is what a suite gets that names it, and refuses a field that it does not know', () => {
    expect(loadModeOf({ mode: mode.name })).toBe(mode);
    expect(loadSchema.safeParse({ mode: mode.name, no_such_field: 1 }).success).toBe(false);
  });

  test('hands out every request once, each when it is ready, and ends when they have', async () => {
    const { sent, inFlight } = await driven(mode);
    expect(sent.toSorted()).toEqual(
      ['a', 'b'].flatMap((lane) => [0, 1, 2, 3, 4, 5].map((n) => `${lane}${n}`)),
    );
    expect(inFlight).toBe(0);
  });

  test('keeps to what it expects in flight', async () => {
    const settings = z.object(mode.fields).parse(mode.example);
    expect((await driven(mode)).most).toBeLessThanOrEqual(mode.expectedInFlight(settings, offer));
  });

  test('estimates the minutes that it takes', async () => {
    const settings = z.object(mode.fields).parse(mode.example);
    const design = mode.design?.(settings);
    if (design) {
      // Of its own visits, not of these blocks: one lane after the other.
      const { low, high } = mode.estimate(settings, offer, [6, 6], { low: 1, high: 20 });
      expect(low).toBeCloseTo(2 * design.expected(1, 1).minutes, 6);
      expect(high).toBeCloseTo(2 * design.expected(1, 20).minutes, 6);
      return;
    }
    const { low, high } = mode.estimate(settings, offer, [6, 6], { low: 0.01, high: 0.02 });
    const { minutes } = await driven(mode);
    expect(minutes).toBeGreaterThanOrEqual(low * 0.99);
    expect(minutes).toBeLessThanOrEqual(high);
  });

  test('stopped, it hands out nothing more', async () => {
    const stop = AbortSignal.abort();
    expect((await driven(mode, { stop })).sent).toEqual([]);
  });

  test('ends with the first error, and sends nothing after it', async () => {
    const error = new Error('the disk is full');
    let asked = 0;
    const perform = (): Promise<void> => (asked++, Promise.reject(error));
    await expect(driven(mode, { perform })).rejects.toBe(error);
    expect(asked).toBeLessThan(12);
  });
});
