import type { Ms } from '../base/clock.ts';
import type { Exchange } from '../record/exchange.ts';

/** One stream as its client saw it. All instants on the machine's monotonic clock. */
export interface SeenStream {
  eventId: string;
  /** Handed to the socket: where the client's TTFT begins. */
  sentAt: Ms;
  /** The socket had taken the request, as the client knows. Absent for clients that cannot tell. */
  writtenAt?: Ms;
  /** First event of any kind. */
  firstEventAt: Ms;
  /** Every piece that carries text, in order. */
  pieces: ArrayLike<Ms>;
  /** What the client says that its key instants are late at most. Absent for clients that say nothing. */
  lagMs?: Ms;
}

/** The same stream as the truth server sent it, on the same clock. */
export interface TrueStream {
  eventId: string;
  /** The head of the request had been parsed. */
  received: Ms;
  frames: readonly TrueFrame[];
}

export interface TrueFrame {
  kind: string;
  /** When the server meant to write it. */
  due: Ms;
  /** Just before the system call that wrote it. */
  written: Ms;
}

/** What is kept of an exchange until a level is over; the rest of it may go. */
export type KeptExchange = Pick<
  Exchange,
  'eventId' | 'sentAt' | 'requestWrittenMs' | 'firstEventMs' | 'chunks' | 'clientLagMs'
>;

/** Undefined for a request that was not answered by a stream. `offset`: from the process's clock to the machine's. */
export function seenStream(exchange: KeptExchange, offset: Ms): SeenStream | undefined {
  const { eventId, sentAt, requestWrittenMs, firstEventMs, chunks, clientLagMs } = exchange;
  if (sentAt === undefined || firstEventMs === undefined) return undefined;
  const base = sentAt + offset;
  return {
    eventId,
    sentAt: base,
    firstEventAt: base + firstEventMs,
    pieces: Array.from(chunks.texts(), ({ at }) => base + at),
    ...(requestWrittenMs === undefined ? {} : { writtenAt: base + requestWrittenMs }),
    ...(clientLagMs === undefined ? {} : { lagMs: clientLagMs }),
  };
}
