import type { Ms } from '../base/clock.ts';
import type { SeenStream, TrueStream } from './streams.ts';

/** One stream, seen and true side by side. Errors are positive where the client was late. */
export interface JoinedStream {
  /** Handed to the socket, and last piece stamped: on the machine's clock. */
  sentAt: Ms;
  endedAt: Ms;
  /** Stamped − written, for each piece with text. */
  arrivalErrors: readonly Ms[];
  /**
   * TTFT as the client measured it, less the true one: from the moment at which the request had left, which is
   * known by the client's socket or by the server's reading, whichever was first, to the first piece written.
   */
  ttftErrorMs: Ms;
  /** From that moment to the request received: the network, and the server's delay in reading. In no error above. */
  requestMs: Ms;
  /** Largest error among the row's key instants: first event, first piece, first piece of the answer, last piece. */
  keyErrorMs: Ms;
  /** When the key instant of that error was written, and when it was stamped. */
  keySpan: Span;
  /** What the client said that its key instants are late at most. */
  lagMs: Ms | undefined;
  /** Written − due, for each piece with text: how late the server was. */
  serverLateness: readonly Ms[];
}

export interface Span {
  from: Ms;
  to: Ms;
}

const isText = (kind: string): boolean => kind === 'content' || kind === 'reasoning' || kind === 'tool';

/** Undefined when the two do not tell of the same pieces: a stream that failed, or that the server has forgotten. */
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

/** Every stream that both sides know. */
export function joinStreams(
  seen: readonly SeenStream[],
  truth: ReadonlyMap<string, TrueStream>,
): JoinedStream[] {
  return seen.flatMap((stream) => {
    const known = truth.get(stream.eventId);
    return (known && joinStream(stream, known)) ?? [];
  });
}
