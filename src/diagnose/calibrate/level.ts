import type { EventLoopUtilization } from 'node:perf_hooks';
import type { Clock, Ms } from '../../base/clock.ts';
import type { ChatRequest } from '../../wire/chat-request-body.ts';
import type { Knobs } from '../../mock/knobs.ts';
import { levelFigures } from './level-figures.ts';
import type { LevelFigures } from '../../journal/calibration.ts';
import { machineOffset, serverStalls, stolenMs, watchPauses } from './pauses.ts';
import { clearTruth, fetchTruth, joinStreams, type SeenStream } from './truth-join.ts';

export interface DriveOptions<T> {
  /** Requests in flight. */
  slots: number;
  /** Requests per slot, one after another. */
  rounds: number;
  /** The slots' starts are spread evenly over this time, so that their streams do not run in step. */
  spreadMs: Ms;
  clock: Clock;
  ask: (slot: number, round: number) => Promise<T>;
}

/**
 * A closed loop: every slot sends its next request as soon as it has its answer. Resolves to the answers of each slot,
 * in order.
 */
export function drive<T>({ slots, rounds, spreadMs, clock, ask }: DriveOptions<T>): Promise<T[][]> {
  return Promise.all(
    Array.from({ length: slots }, async (_, slot) => {
      const answers: T[] = [];
      if (slot > 0 && spreadMs > 0) await clock.sleep((slot * spreadMs) / slots);
      for (let round = 0; round < rounds; round++) answers.push(await ask(slot, round));
      return answers;
    }),
  );
}

/** Shape of the streams in a calibration. */
export interface StreamShape {
  tokensPerSecond: number;
  /** Chunks with text, a quarter reasoning. */
  tokens: number;
  /** True time to the first of them. */
  ttftMs: Ms;
}

/** Duration of one stream from its request to its end, if nothing is late. */
export function streamMs({ tokensPerSecond, tokens, ttftMs }: StreamShape): Ms {
  return ttftMs + ((tokens - 1) * 1000) / tokensPerSecond;
}

/** Gaps vary by a fifth, so that streams fall out of step. */
const jitter = 0.2;

export function knobsOf({ tokensPerSecond, tokens, ttftMs }: StreamShape): Partial<Knobs> {
  const reasoningFrames = Math.floor(tokens / 4);
  return {
    headersMs: ttftMs / 2,
    ttftMs,
    gapMs: 1000 / tokensPerSecond,
    jitter,
    reasoningFrames,
    answerFrames: tokens - reasoningFrames,
  };
}

/** A request to the mock at `url`, which answers with a stream of this shape. */
export function shapedRequest(url: string, eventId: string, shape: StreamShape): ChatRequest {
  return {
    eventId,
    baseUrl: `${url}/v1`,
    body: {
      model: 'sim-exact',
      messages: [{ role: 'user', content: 'Say something of the length that was asked for.' }],
      stream: true,
      stream_options: { include_usage: true },
    },
    headers: {
      authorization: null,
      'accept-encoding': 'identity',
      'cf-aig-event-id': eventId,
      'x-sim': JSON.stringify(knobsOf(shape)),
    },
  };
}

export interface LevelOptions<Answer> {
  /** The truth server. */
  mockUrl: string;
  /** Streams open at the same time. */
  streams: number;
  /** Streams per slot, one after another. */
  rounds: number;
  /** Time over which the first streams are spread. 0 starts them together. */
  spreadMs: Ms;
  clock: Clock;
  /** Makes one request with this event id. Never rejects. */
  ask: (eventId: string) => Promise<Answer>;
  /** How busy the loop of the thread that stamps has been since then. Absent: it is this thread. */
  utilization?: (since?: EventLoopUtilization) => EventLoopUtilization;
  /** The client's observations. Undefined if it saw no stream. `offset` converts to the machine's clock. */
  see: (answer: Answer, offset: Ms) => SeenStream | undefined;
}

/** Drives a client against the truth server and compares. Undefined if nothing could be compared. */
export async function measureLevel<Answer>(options: LevelOptions<Answer>): Promise<LevelFigures | undefined> {
  const { mockUrl, streams, rounds, spreadMs, clock, ask, see } = options;
  const utilization = options.utilization ?? ((since) => performance.eventLoopUtilization(since));
  await clearTruth(mockUrl);
  const watch = await watchPauses();
  const loop = utilization();
  const stolen = stolenMs();
  const cpu = process.cpuUsage();
  const answers = await drive({
    slots: streams,
    rounds,
    spreadMs,
    clock,
    ask: (slot, round) => ask(`${streams}-${slot}-${round}`),
  });
  const { user, system } = process.cpuUsage(cpu);
  const { utilization: busy } = utilization(loop);
  const stolenAfter = stolenMs();
  const watched = await watch.end();
  const offset = machineOffset();
  const truth = await fetchTruth(mockUrl);
  const seen = answers.map((slot) => slot.flatMap((answer) => see(answer, offset) ?? []));
  return levelFigures({
    streams,
    slots: seen.map((slot) => joinStreams(slot, truth)),
    asked: streams * rounds,
    pauses: watched.pauses,
    stalls: serverStalls(truth.values()),
    stolenMs: stolen === undefined || stolenAfter === undefined ? undefined : stolenAfter - stolen,
    loopUtilization: busy,
    cpuMs: (user + system) / 1000 - watched.cpuMs,
  });
}
