import { expect, test, vi } from 'vitest';
import { Places, type PlacesOptions } from './places.ts';

const options: PlacesOptions = {
  slots: 2,
  slotWaitMs: 60_000,
  stall: undefined,
  capacityChange: undefined,
  batching: 0,
  speed: 1,
};

/** A hand-driven clock, including its timers. */
async function within(run: (tick: (ms: number) => Promise<void>) => Promise<void>): Promise<void> {
  vi.useFakeTimers();
  try {
    await run(async (ms) => {
      await vi.advanceTimersByTimeAsync(ms);
    });
  } finally {
    vi.useRealTimers();
  }
}

test('who comes later waits for a place, first come first served', async () => {
  const places = new Places(options);
  const got: number[] = [];
  for (const n of [1, 2, 3, 4]) void places.take().then((has) => has && got.push(n));
  await Promise.resolve();
  expect(got).toEqual([1, 2]);
  places.give();
  await Promise.resolve();
  places.give();
  await new Promise((resolve) => setImmediate(resolve));
  expect(got).toEqual([1, 2, 3, 4]);
});

test('who waits for too long is refused, and takes no place later', async () => {
  await within(async (tick) => {
    const places = new Places({ ...options, slots: 1, slotWaitMs: 100 }, () => Date.now());
    await places.take();
    const second = places.take();
    await tick(101);
    expect(await second).toBe(false);
    places.give();
    expect(await places.take()).toBe(true);
  });
});

test('nothing is begun during a stall, and all of it after', async () => {
  await within(async (tick) => {
    const places = new Places({ ...options, slots: 5, stall: { afterMs: 1000, lastsMs: 500 } }, () =>
      Date.now(),
    );
    expect(await places.take()).toBe(true);
    await tick(1100);
    const during = [places.take(), places.take()];
    let begun = 0;
    for (const one of during) void one.then(() => begun++);
    await tick(300);
    expect(begun).toBe(0);
    await tick(200);
    expect(begun).toBe(2);
  });
});

test('a change of capacity holds from its moment on, in both directions', async () => {
  await within(async (tick) => {
    const places = new Places({ ...options, slots: 1, capacityChange: { afterMs: 1000, slots: 3 } }, () =>
      Date.now(),
    );
    await places.take();
    let begun = 0;
    for (let n = 0; n < 4; n++) void places.take().then(() => begun++);
    await tick(500);
    expect(begun).toBe(0);
    await tick(600);
    expect(begun).toBe(2);
  });
});

test('batching slows a stream by the same share for each other one', async () => {
  const places = new Places({ ...options, slots: undefined, batching: 0.25 });
  const stretches: number[] = [];
  for (let n = 0; n < 3; n++) {
    await places.take();
    stretches.push(places.stretch);
  }
  expect(stretches).toEqual([1, 1.25, 1.5]);
  expect(Places.of({ ...options, slots: undefined })).toBeUndefined();
});
