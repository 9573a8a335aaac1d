import type { Ms } from '../base/clock.ts';
import type { Frame, FrameKind } from './frame.ts';
import { gzipped } from './gzip.ts';
import type { Knobs } from './knobs.ts';

/** What one write sends, when it is due, and the frames that it brings to an end. */
export interface Packet {
  due: Ms;
  bytes: Buffer;
  frames: readonly { kind: FrameKind; due: Ms }[];
}

/** Frames as they leave: one a packet, or joined, held back to the end, compressed or cut in pieces. */
export function packets(frames: Iterable<Frame>, knobs: Knobs): Iterable<Packet> {
  const size = knobs.buffered || knobs.instant ? Infinity : Math.max(1, knobs.framesPerPacket);
  let result = joined(frames, size);
  if (knobs.gzip) result = gzipped(result);
  if (knobs.splitBytes > 0)
    result = split(result, knobs.splitMs, (bytes) => everyBytes(bytes, knobs.splitBytes));
  else if (knobs.splitCharacter) result = split(result, knobs.splitMs, insideCharacter);
  return result;
}

function* joined(frames: Iterable<Frame>, size: number): Generator<Packet> {
  let held: Frame[] = [];
  for (const frame of frames) {
    held.push(frame);
    if (held.length < size) continue;
    yield join(held);
    held = [];
  }
  if (held.length > 0) yield join(held);
}

function join(frames: Frame[]): Packet {
  // A frame that waits for others is meant to leave with the last of them.
  const due = frames.at(-1)!.due;
  const text = frames.length === 1 ? frames[0]!.text : frames.map((frame) => frame.text).join('');
  return { due, bytes: Buffer.from(text), frames: frames.map(({ kind }) => ({ kind, due })) };
}

function* split(from: Iterable<Packet>, gapMs: Ms, cut: (bytes: Buffer) => Buffer[]): Generator<Packet> {
  for (const { due, bytes, frames } of from) {
    const parts = cut(bytes);
    for (const [index, part] of parts.entries()) {
      const isLast = index === parts.length - 1;
      yield { due: due + index * gapMs, bytes: part, frames: isLast ? frames : [] };
    }
  }
}

function everyBytes(bytes: Buffer, size: number): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) parts.push(bytes.subarray(at, at + size));
  return parts;
}

function insideCharacter(bytes: Buffer): Buffer[] {
  const lead = bytes.findIndex((byte) => byte >= 0xc0);
  return lead === -1 ? [bytes] : [bytes.subarray(0, lead + 1), bytes.subarray(lead + 1)];
}
