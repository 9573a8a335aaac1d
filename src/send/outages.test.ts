import type { Cell } from '../plan/cell.ts';
import { expect, test } from 'vitest';
import { HandClock } from '../base/testing/hand-clock.ts';
import { cell } from '../plan/testing/planned.ts';
import { Outages } from './outages.ts';

const [glm, kimi] = [cell('glm'), cell('kimi')];
const gone = { scope: 'route', message: 'refused', askedMs: 0 } as const;
const busy = { scope: 'model', message: 'Loading model', askedMs: 0 } as const;

/** Requests against a server that comes back at some moment. They try again until they succeed. */
class World {
  readonly clock = new HandClock();
  readonly stop = new AbortController();
  readonly notes: string[] = [];
  readonly givenUp: [string, boolean][] = [];
  /** Moments of failed tries. */
  readonly missed: number[] = [];
  readonly done: string[] = [];
  readonly outages: Outages;

  constructor(outageMs: number) {
    this.outages = new Outages({
      clock: this.clock,
      outageMs,
      stop: this.stop.signal,
      note: (text) => this.notes.push(text),
      onGivenUp: (one, reason, othersAnswer) => {
        this.givenUp.push([`${one.model.id}: ${reason}`, othersAnswer]);
        this.stop.abort();
      },
    });
  }

  async ask(name: string, one: Cell, backAt: number, miss: typeof gone | typeof busy = gone): Promise<void> {
    for (;;) {
      const turn = await this.outages.turn(one);
      if (!turn) return;
      // Its answer takes no time, but comes after all permitted requests were sent.
      await this.clock.sleep(0);
      if (this.clock.now() >= backAt) {
        this.outages.reached(one, turn, true);
        this.done.push(name);
        return;
      }
      this.missed.push(this.clock.now());
      this.outages.missed(one, turn, miss);
    }
  }
}

test('one looks after growing waits, all others wait for it', async () => {
  const world = new World(60_000);
  const ask = (name: string, n: number): Promise<void> => world.ask(name, n % 2 ? glm : kimi, 300);
  const inFlight = ['0', '1', '2', '3'].map(ask);
  const later = world.clock.sleep(50).then(() => Promise.all(['4', '5', '6', '7'].map(ask)));
  await world.clock.finish(Promise.all([...inFlight, later]));
  expect(world.missed).toEqual([0, 0, 0, 0, 100]);
  expect(world.done.toSorted()).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
  expect(world.clock.now()).toBe(300);
  expect(world.notes).toEqual([
    'the route demo has never been reached. Trying for up to 10 s: refused. To find the cause: gatebench doctor',
    'the route demo is back after 0.3 s',
  ]);
});

test('one that never comes back is given up at the limit, and waiting ends', async () => {
  const world = new World(60_000);
  world.outages.reached(glm, (await world.outages.turn(glm))!, true);
  await world.clock.finish(Promise.all(['a', 'b', 'c'].map((name) => world.ask(name, glm, Infinity))));
  const moments = [0, 0, 0, 100, 300, 700, 1500, 3100, 6300, 12_700, 22_700, 32_700, 42_700, 52_700, 60_000];
  expect(world.missed).toEqual(moments);
  expect(world.givenUp).toEqual([['glm: no answer for 60 s (refused)', false]]);
});

test('a route that never reached a server is given up after ten seconds', async () => {
  const world = new World(60_000);
  await world.clock.finish(Promise.all([world.ask('a', glm, Infinity), world.ask('b', kimi, Infinity)]));
  expect(world.missed.at(-1)).toBe(10_000);
  expect(world.givenUp).toEqual([['glm: no answer for 10 s (refused)', false]]);
});

test('a limit below ten seconds holds for such a route, too', async () => {
  const world = new World(2000);
  await world.clock.finish(world.ask('a', glm, Infinity));
  expect(world.givenUp).toEqual([['glm: no answer for 2 s (refused)', false]]);
});

test('a model that is away pauses only itself; that others answer meanwhile is reported', async () => {
  const world = new World(5000);
  const others = async (): Promise<void> => {
    for (let n = 0; n < 3; n++) {
      await world.clock.sleep(100);
      await world.ask(`kimi ${n}`, kimi, 0);
    }
  };
  await world.clock.finish(Promise.all([world.ask('glm', glm, Infinity, busy), others()]));
  expect(world.done).toEqual(['kimi 0', 'kimi 1', 'kimi 2']);
  expect(world.givenUp).toEqual([['glm: no answer for 5 s (Loading model)', true]]);
});

test('a server that asks for a longer wait gets it', async () => {
  const world = new World(60_000);
  const turn = (await world.outages.turn(glm))!;
  world.outages.missed(glm, turn, { ...busy, askedMs: 7000 });
  await world.clock.finish(world.ask('glm', glm, 0));
  expect(world.clock.now()).toBe(7000);
});

test("a turn that is not used is the next one's", async () => {
  const world = new World(60_000);
  world.outages.missed(glm, (await world.outages.turn(glm))!, gone);
  const probe = world.outages.turn(glm);
  const next = world.outages.turn(glm);
  await world.clock.step();
  world.outages.release((await probe)!);
  expect((await next)!.probes).toEqual(['demo']);
});

test('a stop wakes all that wait', async () => {
  const world = new World(60_000);
  world.outages.missed(glm, (await world.outages.turn(glm))!, gone);
  const waiting = [world.outages.turn(glm), world.outages.turn(kimi)];
  world.stop.abort(new Error('stopped'));
  expect(await Promise.all(waiting)).toEqual([undefined, undefined]);
});
