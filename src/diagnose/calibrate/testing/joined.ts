import type { Ms } from '../../../base/clock.ts';
import type { JoinedStream, TrueStream } from '../truth-join.ts';

/** A joined stream without any delay, except as given. */
export function joined(given: Partial<JoinedStream> = {}): JoinedStream {
  return {
    sentAt: 0,
    endedAt: 100,
    arrivalErrors: [0],
    ttftErrorMs: 0,
    requestMs: 0,
    keyErrorMs: 0,
    keySpan: { from: 0, to: 0 },
    lagMs: 0,
    serverLateness: [0],
    ...given,
  };
}

/** The truth about a stream whose frames were written when they were due. */
export function truth(
  eventId: string,
  received: Ms,
  frames: readonly (readonly [kind: string, at: Ms])[],
): TrueStream {
  return { eventId, received, frames: frames.map(([kind, at]) => ({ kind, due: at, written: at })) };
}
