import type { Ms } from '../../src/base/clock.ts';
import type { StreamShape } from '../../src/diagnose/calibrate/level.ts';
import type { SeenStream } from '../../src/diagnose/calibrate/truth-join.ts';
import type { Knobs } from '../../src/mock/knobs.ts';

/** What a client keeps of one stream, on its process's own clock. */
export interface KeptStream extends SeenStream {
  /** The client was told to make the request. */
  calledAt: Ms;
}

/** A way to ask a model: ours, and the ones that it is measured against. */
export interface Client {
  /**
   * Reads one stream to its end and stamps each piece; undefined when there was none. `knobs` are further ones of
   * the mock.
   */
  stream(eventId: string, shape: StreamShape, knobs?: Partial<Knobs>): Promise<KeptStream | undefined>;
  /** One short answer that is not streamed. Rejects when it is none. */
  short(): Promise<void>;
  /** Opens as many connections. */
  warm(connections: number): Promise<void>;
}

export const clientNames = ['ours', 'sdk', 'dispatch'] as const;
export type ClientName = (typeof clientNames)[number];

/** The same instants on the machine's clock. */
export function onMachineClock(stream: KeptStream | undefined, offset: Ms): SeenStream | undefined {
  return (
    stream && {
      ...stream,
      sentAt: stream.sentAt + offset,
      ...(stream.writtenAt === undefined ? {} : { writtenAt: stream.writtenAt + offset }),
      firstEventAt: stream.firstEventAt + offset,
      pieces: Array.from(stream.pieces, (at) => at + offset),
    }
  );
}
