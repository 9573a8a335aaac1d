import { expect, test } from 'vitest';
import { truth } from './testing/joined.ts';
import { joinStream, joinStreams, type SeenStream, type TrueStream } from './truth-join.ts';

/** Request at 10, role at 60, two pieces of reasoning, two of the answer, and the end of the stream. */
const sent: TrueStream = truth('a', 10, [
  ['role', 60],
  ['reasoning', 110],
  ['reasoning', 130],
  ['comment', 140],
  ['content', 150],
  ['content', 170],
  ['finish', 170],
  ['usage', 170],
  ['done', 170],
]);
const seen: SeenStream = {
  eventId: 'a',
  sentAt: 9.5,
  firstEventAt: 60.25,
  pieces: [110.5, 137, 151, 172],
  lagMs: 3,
};

test('arrival errors are stamps less writes, piece by piece', () => {
  expect(joinStream(seen, sent)?.arrivalErrors).toEqual([0.5, 7, 1, 2]);
});

test("the TTFT's error counts from when the request left, and the time before that is separate", () => {
  // Measured 110.5 − 9.5 = 101; true 110 − 9.7 = 100.3.
  const { ttftErrorMs, requestMs, ...rest } = joinStream({ ...seen, writtenAt: 9.7 }, sent)!;
  expect(ttftErrorMs).toBeCloseTo(0.7);
  expect(requestMs).toBeCloseTo(0.3);
  expect(rest).toMatchObject({ sentAt: 9.5, endedAt: 172, lagMs: 3 });
});

test('a request that was read before the client knew that it had left, had left', () => {
  expect(joinStream({ ...seen, writtenAt: 12 }, sent)).toMatchObject({ ttftErrorMs: 1, requestMs: 0 });
  expect(joinStream(seen, sent)).toMatchObject({ ttftErrorMs: 1, requestMs: 0 });
});

test('the key instants are first event, first piece, first of the answer and last; what is between is none', () => {
  const { keyErrorMs, keySpan } = joinStream(seen, sent)!;
  expect(keyErrorMs).toBe(2);
  expect(keySpan).toEqual({ from: 170, to: 172 });
  expect(joinStream({ ...seen, firstEventAt: 64 }, sent)?.keyErrorMs).toBe(4);
  expect(joinStream({ ...seen, pieces: [115, 137, 151, 172] }, sent)?.keyErrorMs).toBe(5);
  expect(joinStream({ ...seen, pieces: [110, 137, 156, 172] }, sent)?.keyErrorMs).toBe(6);
});

test('a stream of reasoning alone has no first piece of the answer', () => {
  const reasoning = truth('a', 0, [
    ['reasoning', 10],
    ['reasoning', 20],
  ]);
  expect(
    joinStream({ eventId: 'a', sentAt: 0, firstEventAt: 11, pieces: [11, 22] }, reasoning)?.keyErrorMs,
  ).toBe(2);
});

test("the server's lateness is writes less due times, of text alone", () => {
  const late = { ...sent, frames: sent.frames.map((frame, n) => ({ ...frame, written: frame.due + n })) };
  expect(joinStream(seen, late)?.serverLateness).toEqual([1, 2, 4, 5]);
});

test('streams that differ in their pieces, or that only one side knows, are not compared', () => {
  expect(joinStream({ ...seen, pieces: [1, 2, 3] }, sent)).toBeUndefined();
  expect(joinStream({ ...seen, pieces: [] }, truth('a', 0, [['role', 1]]))).toBeUndefined();
  const known = new Map([['a', sent]]);
  expect(joinStreams([{ ...seen, eventId: 'b' }, seen], known)).toHaveLength(1);
});
