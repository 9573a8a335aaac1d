import { expect, test } from 'vitest';
import { Attempt } from '../measure/attempt.ts';
import { lostToLag } from '../measure/metrics/lost-to-lag.ts';
import { validityOf } from '../measure/validity.ts';
import { LoopLag } from './loop-lag.ts';
import { frameText, goodFrames, serve, testGateway } from './testing/server.ts';

interface HandDriven {
  iteration: number;
  active: number;
  idle: number;
}

/** A loop that the test drives by hand. */
function handDriven(): { lag: LoopLag; loop: HandDriven; endTurn: () => void } {
  const loop: HandDriven = { iteration: 1, active: 100, idle: 50 };
  let endTurn = (): void => undefined;
  const lag = new LoopLag({
    iteration: () => loop.iteration,
    now: () => loop.active + loop.idle,
    idle: () => loop.idle,
    atEndOfTurn: (then) => (endTurn = then),
  });
  return { lag, loop, endTurn: () => endTurn() };
}

test('after a wait in poll, the work since the last look bounds the lag', () => {
  const { lag, loop } = handDriven();
  lag.observe();
  Object.assign(loop, { iteration: 2, active: 103, idle: 70 });
  expect(lag.bound()).toBe(3);
});

test('without a wait, data may have come during the whole iteration before', () => {
  const { lag, loop } = handDriven();
  Object.assign(loop, { iteration: 2, active: 101, idle: 60 });
  lag.observe();
  Object.assign(loop, { iteration: 3, active: 141, idle: 60 });
  lag.observe();
  Object.assign(loop, { iteration: 4, active: 142, idle: 60 });
  // Since the reading in iteration 2: the 40 ms of work in iteration 3 and the 1 ms in this one.
  expect(lag.bound()).toBe(41);
});

test('later stamps of one iteration are later by what was done before them', () => {
  const { lag, loop } = handDriven();
  Object.assign(loop, { iteration: 2, active: 101, idle: 80 });
  expect(lag.bound()).toBe(1);
  loop.active = 107;
  expect(lag.bound()).toBe(7);
});

test('the loop is looked at once in a turn: all that follows in it is work', () => {
  let looks = 0;
  let endTurn = (): void => undefined;
  const loop = { active: 100, idle: 50, iteration: 1 };
  const lag = new LoopLag({
    iteration: () => loop.iteration,
    now: () => loop.active + loop.idle,
    idle: () => (looks++, loop.idle),
    atEndOfTurn: (then) => (endTurn = then),
  });
  Object.assign(loop, { iteration: 2, active: 101, idle: 80 });
  const before = looks;
  expect([lag.bound(), lag.bound(loop.active + 3 + loop.idle)]).toEqual([1, 4]);
  expect(looks - before).toBe(1);
  endTurn();
  Object.assign(loop, { iteration: 3, active: 103, idle: 90 });
  expect(lag.bound()).toBe(2);
  expect(looks - before).toBe(2);
});

test('a turn that begins without a wait counts from the turn before the last', () => {
  const { lag, loop, endTurn } = handDriven();
  Object.assign(loop, { iteration: 2, active: 101, idle: 80 });
  lag.bound();
  endTurn();
  Object.assign(loop, { iteration: 3, active: 131, idle: 80 });
  lag.bound();
  endTurn();
  Object.assign(loop, { iteration: 4, active: 132, idle: 80 });
  expect(lag.bound()).toBe(31);
});

function block(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

test('a client that is made late by a known time says so, and stays silent otherwise', async () => {
  let holdMs = 0;
  await using server = await serve((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(frameText(goodFrames()[0]));
    setTimeout(() => {
      for (const frame of goodFrames().slice(1)) response.write(frameText(frame));
      response.end();
      // The server shares this process: its data leaves in the previous tick, and then the loop is blocked.
      process.nextTick(block, holdMs);
    }, 40);
  });
  await using client = testGateway({}, {}, undefined, 'main');
  await client.ask(server.url);

  holdMs = 60;
  const late = await client.ask(server.url);
  expect(late.clientLagMs).toBeGreaterThanOrEqual(50);
  expect(validityOf(late, { wireModel: 'm' })).toEqual({ valid: true, reasons: [] });
  expect(lostToLag(new Attempt(late))).toContain('ttft_ms');
});
