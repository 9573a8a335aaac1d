import { request } from 'undici';
import type { Ms } from '../../base/clock.ts';
import type { Exchange } from '../../measure/exchange.ts';
import { controlPrefix } from '../../mock/control.ts';

/** One stream as its client saw it. All instants on the machine's monotonic clock. */
export interface SeenStream {
  eventId: string;
  /** Handed to the socket: where the client's TTFT begins. */
  sentAt: Ms;
  /** The socket had accepted the request, as far as the client knows. Absent for clients that cannot tell. */
  writtenAt?: Ms;
  /** First event of any kind. */
  firstEventAt: Ms;
  /** Every piece that carries text, in order. */
  pieces: ArrayLike<Ms>;
  /** The client's bound on the lateness of its key instants. Absent for clients without one. */
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
  /** When the server intended to write it. */
  due: Ms;
  /** Just before the system call that wrote it. */
  written: Ms;
}

/** The part of an exchange that is kept until a level is over. */
export type KeptExchange = Pick<
  Exchange,
  'eventId' | 'sentAt' | 'requestWrittenMs' | 'firstEventMs' | 'chunks' | 'clientLagMs'
>;

/** Undefined if a request was not answered by a stream. `offset`: from the process's clock to the machine's. */
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

interface TruthPage {
  records: (Omit<TrueStream, 'frames'> & { frames: [kind: string, due: Ms, written: Ms][] })[];
  /** Value of `after` for the next request. */
  next: number;
}

const pageSize = 1000;

/** The mock's records of every request at `url` since it was last cleared, by event id. */
export async function fetchTruth(url: string): Promise<Map<string, TrueStream>> {
  const streams = new Map<string, TrueStream>();
  for (let after = 0; ;) {
    const { body } = await request(`${url}${controlPrefix}truth?after=${after}&limit=${pageSize}`);
    const { records, next } = (await body.json()) as TruthPage;
    if (records.length === 0) return streams;
    for (const { eventId, received, frames } of records)
      streams.set(eventId, {
        eventId,
        received,
        frames: frames.map(([kind, due, written]) => ({ kind, due, written })),
      });
    after = next;
  }
}

/** Clears the mock's records. */
export async function clearTruth(url: string): Promise<void> {
  const { body } = await request(`${url}${controlPrefix}truth`, { method: 'DELETE' });
  await body.dump();
}

/** Frames of one stream written so far. 0 for an unknown one. */
export async function countFrames(url: string, eventId: string): Promise<number> {
  const { statusCode, body } = await request(`${url}${controlPrefix}truth/${encodeURIComponent(eventId)}`);
  const record = await body.json();
  return statusCode === 200 ? (record as { frames: unknown[] }).frames.length : 0;
}

/** One stream, observed and true side by side. Errors are positive if the client was late. */
export interface JoinedStream {
  /** Handed to the socket, and last piece stamped, on the machine's clock. */
  sentAt: Ms;
  endedAt: Ms;
  /** Stamped − written, for each piece with text. */
  arrivalErrors: readonly Ms[];
  /**
   * TTFT as the client measured it, minus the true one: from the moment at which the request had left, to the first
   * piece written. The request had left when the client's socket or the server's reading showed it, whichever was
   * first.
   */
  ttftErrorMs: Ms;
  /**
   * From that moment to the request received: the network, and the server's delay in reading. Not included in any error
   * above.
   */
  requestMs: Ms;
  /** Largest error among the row's key instants: first event, first piece, first piece of the answer, last piece. */
  keyErrorMs: Ms;
  /** When the key instant of that error was written, and when it was stamped. */
  keySpan: Span;
  /** The client's bound on the lateness of its key instants. */
  lagMs: Ms | undefined;
  /** Written − due, for each piece with text: how late the server was. */
  serverLateness: readonly Ms[];
}

export interface Span {
  from: Ms;
  to: Ms;
}

/** Whether a frame of this kind has a piece of the answer. */
export const isText = (kind: string): boolean =>
  kind === 'content' || kind === 'reasoning' || kind === 'tool';

/** Undefined if the two do not have the same pieces: a stream that failed, or that the server has forgotten. */
export function joinStream(seen: SeenStream, truth: TrueStream): JoinedStream | undefined {
  const texts = truth.frames.filter(({ kind }) => isText(kind));
  const firstEvent = truth.frames.find(({ kind }) => kind !== 'comment');
  if (texts.length === 0 || texts.length !== seen.pieces.length || !firstEvent) return undefined;
  const answerFrom = texts.findIndex(({ kind }) => kind !== 'reasoning');
  const keys: Span[] = [{ from: firstEvent.written, to: seen.firstEventAt }];
  for (const index of new Set([0, answerFrom, texts.length - 1]))
    if (index >= 0) keys.push({ from: texts[index]!.written, to: seen.pieces[index]! });
  const left = Math.min(truth.received, seen.writtenAt ?? Infinity);
  const worst = keys.reduce((late, span) => (duration(span) > duration(late) ? span : late));
  return {
    sentAt: seen.sentAt,
    endedAt: seen.pieces[texts.length - 1]!,
    arrivalErrors: texts.map(({ written }, index) => seen.pieces[index]! - written),
    ttftErrorMs: seen.pieces[0]! - seen.sentAt - (texts[0]!.written - left),
    requestMs: truth.received - left,
    keyErrorMs: duration(worst),
    keySpan: worst,
    lagMs: seen.lagMs,
    serverLateness: texts.map(({ due, written }) => written - due),
  };
}

const duration = ({ from, to }: Span): Ms => to - from;

/** Every stream that both sides have. */
export function joinStreams(
  seen: readonly SeenStream[],
  truth: ReadonlyMap<string, TrueStream>,
): JoinedStream[] {
  return seen.flatMap((stream) => {
    const known = truth.get(stream.eventId);
    return (known && joinStream(stream, known)) ?? [];
  });
}
