import { Attempt } from './attempt.ts';
import { expect, test } from 'vitest';
import type { Exchange } from './exchange.ts';
import { e2eLatency } from './metrics/e2e-latency.ts';
import { firstEvent } from './metrics/first-event.ts';
import { reasoningTime } from './metrics/reasoning-time.ts';
import { streamEnd } from './metrics/stream-end.ts';
import { answered, failed, type Piece } from './metrics/testing/exchange.ts';
import { ttfat } from './metrics/ttfat.ts';
import { ttfb } from './metrics/ttfb.ts';
import { ttft } from './metrics/ttft.ts';

const metrics = { ttfb, firstEvent, ttft, ttfat, reasoningTime, e2eLatency, streamEnd };

/** Those that have a value, by name. */
function measured(exchange: Exchange): Record<string, number> {
  return Object.fromEntries(
    Object.entries(metrics).flatMap(([name, metric]) => {
      const value = metric.of(new Attempt(exchange));
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** Reasons from 100 to 250 ms, answers from 300 to 500 ms. */
const thinking: Piece[] = [
  [60, 'role', 0],
  [100, 'reasoning', 3],
  [250, 'reasoning', 3],
  [300, 'content', 4],
  [500, 'content', 4],
  [510, 'finish', 0],
  [511, 'usage', 0],
  [520, 'done', 0],
];

test('a model that thinks and then answers', () => {
  expect(measured(answered(thinking, { headersMs: 40, firstEventMs: 60 }))).toEqual({
    ttfb: 40,
    firstEvent: 60,
    ttft: 100,
    ttfat: 300,
    reasoningTime: 200,
    e2eLatency: 500,
    streamEnd: 520,
  });
});

test('a model that answers at once has no reasoning time, not one of 0', () => {
  const stream: Piece[] = [
    [100, 'content', 4],
    [200, 'content', 4],
    [210, 'done', 0],
  ];
  expect(measured(answered(stream))).toEqual({ ttft: 100, ttfat: 100, e2eLatency: 200, streamEnd: 210 });
});

test('a call of a tool is an answer', () => {
  const stream: Piece[] = [
    [100, 'reasoning', 4],
    [150, 'tool', 9],
    [170, 'tool', 2],
  ];
  expect(measured(answered(stream))).toEqual({ ttft: 100, ttfat: 150, reasoningTime: 50, e2eLatency: 170 });
});

test('pieces without text set no instant, whatever their kind', () => {
  const stream: Piece[] = [
    [10, 'role', 0],
    [20, 'content', 0],
    [30, 'reasoning', 0],
    [40, 'tool', 0],
    [100, 'content', 1],
    [900, 'content', 0],
    [950, 'usage', 0],
  ];
  expect(measured(answered(stream))).toEqual({ ttft: 100, ttfat: 100, e2eLatency: 100 });
});

test('text on a finish, usage or role frame is not part of the answer', () => {
  const stream: Piece[] = [
    [50, 'role', 5],
    [100, 'content', 1],
    [200, 'finish', 5],
  ];
  expect(measured(answered(stream))).toEqual({ ttft: 100, ttfat: 100, e2eLatency: 100 });
});

test('what was not streamed has an end and no inside', () => {
  const whole: Piece[] = [
    [800, 'reasoning', 5],
    [800, 'content', 5, true],
  ];
  expect(measured(answered(whole, { streamed: false, headersMs: 700 }))).toEqual({
    ttfb: 700,
    e2eLatency: 800,
  });
});

test('of a stream that was held back, only its headers and its end mean something', () => {
  expect(measured(answered(thinking, { buffered: true, headersMs: 40, firstEventMs: 60 }))).toEqual({
    ttfb: 40,
    e2eLatency: 500,
    streamEnd: 520,
  });
});

test('reasoning without an answer has no reasoning time: it never came to an end', () => {
  const cut = failed({ status: 'truncated' }, thinking.slice(0, 3));
  expect(measured(cut)).toEqual({ ttft: 100, e2eLatency: 250 });
});

test('thought after the answer began does not lengthen the time before it', () => {
  const stream: Piece[] = [
    [100, 'reasoning', 1],
    [200, 'content', 1],
    [300, 'reasoning', 1],
    [400, 'content', 1],
  ];
  expect(measured(answered(stream))).toEqual({ ttft: 100, ttfat: 200, reasoningTime: 100, e2eLatency: 400 });
});

test('a request that never left has nothing', () => {
  expect(measured(failed({ status: 'timeout' }))).toEqual({});
});
