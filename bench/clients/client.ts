import type { Ms } from '../../src/base/clock.ts';
import type { StreamShape } from '../../src/diagnose/calibrate/level.ts';
import type { SeenStream } from '../../src/diagnose/calibrate/truth-join.ts';
import type { Knobs } from '../../src/mock/knobs.ts';

/** A client's record of one stream, on its process's own clock. */
export interface KeptStream extends SeenStream {
  /** When the client was told to make the request. */
  calledAt: Ms;
}

/** A client for a model: ours, and those that it is compared with. */
export interface Client {
  /**
   * Reads one stream to its end and stamps each piece. Undefined if there was none. `knobs` are further ones of the
   * mock.
   */
  stream(eventId: string, shape: StreamShape, knobs?: Partial<Knobs>): Promise<KeptStream | undefined>;
  /** One short answer without streaming. Rejects if it is not one. */
  short(): Promise<void>;
  /** Opens this many connections. */
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
