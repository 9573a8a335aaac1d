import type { Clock, Ms } from '../base/clock.ts';
import { drive } from './drive.ts';
import { joinStreams } from './join.ts';
import { levelFigures, type LevelFigures } from './level-figures.ts';
import { machineOffset } from './machine-clock.ts';
import { watchPauses } from './pause-watch.ts';
import { serverStalls } from './stalls.ts';
import { stolenMs } from './stolen.ts';
import type { SeenStream } from './streams.ts';
import { clearTruth, fetchTruth } from './truth.ts';

export interface LevelOptions<Answer> {
  /** The truth server. */
  standinUrl: string;
  /** Streams open at once. */
  streams: number;
  /** Streams that each slot asks for, one after another. */
  rounds: number;
  /** The first streams start spread over this; 0 starts them together. */
  spreadMs: Ms;
  clock: Clock;
  /** Makes one request with this event id. Never rejects. */
  ask: (eventId: string) => Promise<Answer>;
  /** What the client saw, undefined when it saw no stream; `offset` leads to the machine's clock. */
  see: (answer: Answer, offset: Ms) => SeenStream | undefined;
}

/** Drives a client against the truth server and compares. Undefined when nothing could be compared. */
export async function measureLevel<Answer>(options: LevelOptions<Answer>): Promise<LevelFigures | undefined> {
  const { standinUrl, streams, rounds, spreadMs, clock, ask, see } = options;
  await clearTruth(standinUrl);
  const watch = await watchPauses();
  const loop = performance.eventLoopUtilization();
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
  const { utilization } = performance.eventLoopUtilization(loop);
  const stolenAfter = stolenMs();
  const watched = await watch.end();
  const offset = machineOffset();
  const truth = await fetchTruth(standinUrl);
  const seen = answers.map((slot) => slot.flatMap((answer) => see(answer, offset) ?? []));
  return levelFigures({
    streams,
    slots: seen.map((slot) => joinStreams(slot, truth)),
    asked: streams * rounds,
    pauses: watched.pauses,
    stalls: serverStalls(truth.values()),
    stolenMs: stolen === undefined || stolenAfter === undefined ? undefined : stolenAfter - stolen,
    loopUtilisation: utilization,
    cpuMs: (user + system) / 1000 - watched.cpuMs,
  });
}
