import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { defaultKnobs, type Knobs } from './knobs.ts';
import { type Frame, packets } from './reply.ts';

const frames: Frame[] = [
  { kind: 'content', text: 'data: grün\n\n', due: 10 },
  { kind: 'content', text: 'data: b\n\n', due: 20 },
  { kind: 'done', text: 'data: [DONE]\n\n', due: 30 },
];
const whole = frames.map(({ text }) => text).join('');

const pack = (knobs: Partial<Knobs>) => [...packets(frames, { ...defaultKnobs, ...knobs })];
const bytes = (list: ReturnType<typeof pack>) => Buffer.concat(list.map((packet) => packet.bytes));

test('one frame a packet', () => {
  expect(pack({}).map((packet) => [packet.bytes.toString(), packet.due])).toEqual(
    frames.map(({ text, due }) => [text, due]),
  );
});

test('frames that share a packet leave with the last of them', () => {
  const list = pack({ framesPerPacket: 2 });
  expect(list.map((packet) => packet.frames.map(({ due }) => due))).toEqual([[20, 20], [30]]);
  expect(bytes(list).toString()).toBe(whole);
});

test('a buffered stream is one packet at its end', () => {
  expect(pack({ buffered: true }).map(({ due, frames: inside }) => [due, inside.length])).toEqual([[30, 3]]);
});

test('a split frame ends with its last piece', () => {
  const list = pack({ splitBytes: 5, splitMs: 2 });
  expect(bytes(list).toString()).toBe(whole);
  expect(list.every((packet) => packet.bytes.length <= 5)).toBe(true);
  expect(list.slice(0, 3).map(({ due, frames: inside }) => [due, inside.length])).toEqual([
    [10, 0],
    [12, 0],
    [14, 1],
  ]);
});

test('a frame is cut inside its first long character', () => {
  const [first, second] = pack({ splitCharacter: true });
  expect(first!.bytes.at(-1)).toBe(0xc3);
  expect(second!.bytes[0]).toBe(0xbc);
  expect(bytes(pack({ splitCharacter: true })).toString()).toBe(whole);
});

test('gzip flushes each packet and ends as one valid stream', () => {
  const list = pack({ gzip: true });
  expect(list.length).toBe(4);
  expect(gunzipSync(bytes(list)).toString()).toBe(whole);
  expect(list.map((packet) => packet.frames.length)).toEqual([1, 1, 1, 0]);
});

test('gzip of nothing is valid, too', () => {
  const list = [...packets([], { ...defaultKnobs, gzip: true })];
  expect(gunzipSync(bytes(list)).length).toBe(0);
});
