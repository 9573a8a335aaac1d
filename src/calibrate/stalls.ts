import type { Ms } from '../base/clock.ts';
import type { Span } from './join.ts';
import type { TrueStream } from './streams.ts';

/** A silence so much longer than a timer is late. */
export const stallFromMs: Ms = 2;

/**
 * When the truth server stood still: between two of its writes, in whatever streams, from the moment at which the
 * second was due. A server that is merely behind with its work writes all the time and is in no stall.
 */
export function serverStalls(streams: Iterable<TrueStream>): Span[] {
  const frames = Array.from(streams, (stream) => stream.frames).flat();
  frames.sort((a, b) => a.written - b.written);
  const stalls: Span[] = [];
  for (let index = 1; index < frames.length; index++) {
    const { due, written } = frames[index]!;
    const from = Math.max(due, frames[index - 1]!.written);
    if (written - from >= stallFromMs) stalls.push({ from, to: written });
  }
  return stalls;
}
