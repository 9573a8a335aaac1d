import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { drive, knobsOf, shapedRequest, streamMs } from './level.ts';

test('every slot asks again when it has its answer, and their starts are spread', async () => {
  const naps: number[] = [];
  let inFlight = 0;
  let most = 0;
  const clock = {
    now: () => 0,
    wall: () => new Date(0),
    sleep: (ms: number) => {
      naps.push(ms);
      return Promise.resolve();
    },
  };
  const answers = await drive({
    slots: 4,
    rounds: 3,
    spreadMs: 100,
    clock,
    ask: async (slot, round) => {
      most = Math.max(most, ++inFlight);
      await turn();
      inFlight--;
      return `${slot}${round}`;
    },
  });
  expect(answers).toEqual([
    ['00', '01', '02'],
    ['10', '11', '12'],
    ['20', '21', '22'],
    ['30', '31', '32'],
  ]);
  expect(naps).toEqual([25, 50, 75]);
  expect(most).toBe(4);
});

const shape = { tokensPerSecond: 50, tokens: 60, ttftMs: 100 };

test('a stream of 60 tokens at 50 tok/s lasts for its TTFT and 59 gaps of 20 ms', () => {
  expect(streamMs(shape)).toBe(100 + 59 * 20);
});

test('all tokens are there, a quarter reasoning', () => {
  expect(knobsOf(shape)).toMatchObject({ ttftMs: 100, gapMs: 20, reasoningFrames: 15, answerFrames: 45 });
  expect(knobsOf({ ...shape, tokens: 1 })).toMatchObject({ reasoningFrames: 0, answerFrames: 1 });
});

test('the request carries the event id and the shape', () => {
  const { baseUrl, headers } = shapedRequest('http://127.0.0.1:1', 'e-1', shape);
  expect(baseUrl).toBe('http://127.0.0.1:1/v1');
  expect(headers).toMatchObject({ 'cf-aig-event-id': 'e-1', authorization: null });
  expect(JSON.parse(headers['x-sim']!)).toEqual(knobsOf(shape));
});
