import type { Clock } from '../../base/clock.ts';
import { defined } from '../../base/defined.ts';
import { UserError } from '../../base/user-error.ts';
import { version } from '../../base/version.ts';
import { Gateway } from '../../wire/client.ts';
import { openThreadWire } from '../../wire/thread-wire.ts';
import { describeMachine } from '../../journal/manifest.ts';
import { defaultOptions } from '../../mock/options.ts';
import { spawnMock } from '../../mock/spawn.ts';
import { maxFrames } from '../../mock/truth-log.ts';
import { type Calibration, sentenceOf, type LevelFigures } from '../../journal/calibration.ts';
import {
  drive,
  type LevelOptions,
  measureLevel,
  shapedRequest,
  streamMs,
  type StreamShape,
} from './level.ts';
import { type KeptExchange, seenStream } from './truth-join.ts';

export interface CalibrateOptions {
  /** Streams open at the same time, level by level. */
  levels: readonly number[];
  shape: StreamShape;
  /** Target duration of each level's steady part, as nearly as whole streams allow. */
  secondsPerLevel: number;
  clock: Clock;
  /** Opens what sends. Absent: a thread of its own. */
  openWire?: typeof openThreadWire | undefined;
  /** Called before each level. */
  onLevel?: (streams: number) => void;
}

/** With fewer streams per slot, there is no steady part. */
const fewestRounds = 3;
/** Finish, usage and `[DONE]`. */
const framesBesideText = 3;
/**
 * Proves the reader against a truth server in a process of its own: drives the real gateway client at each level and
 * compares what it stamped with what was written. Throws a UserError if nothing could be compared.
 */
export async function calibrate(options: CalibrateOptions): Promise<Calibration> {
  const { shape, clock } = options;
  const levels = [...new Set(options.levels)]
    .sort((a, b) => a - b)
    .map((streams) => ({ streams, rounds: roundsFor(streams, options) }));
  const measuredAt = clock.wall().toISOString();
  const mock = await spawnMock();
  const client = newClient(mock.url, options);
  try {
    await warmUp(client, clock);
    const figures: LevelFigures[] = [];
    for (const { streams, rounds } of levels) {
      options.onLevel?.(streams);
      await client.warm(streams);
      const level = await measureLevel({
        mockUrl: mock.url,
        streams,
        rounds,
        spreadMs: streamMs(shape),
        clock,
        ask: (eventId) => client.ask(eventId, shape),
        see: seenStream,
        utilization: client.utilization,
      });
      if (!level)
        throw new UserError(
          `none of ${streams} concurrent streams could be compared. Is a proxy or firewall in front of 127.0.0.1?`,
        );
      figures.push(level);
    }
    return {
      schema_version: 1,
      measured_at: measuredAt,
      machine: describeMachine(),
      versions: { gatebench: version(), node: process.versions.node },
      tokens_per_second: shape.tokensPerSecond,
      tokens: shape.tokens,
      levels: figures,
      sentence: sentenceOf(figures, shape.tokensPerSecond),
    };
  } finally {
    await client.close();
    await mock.stop();
  }
}

/** One round more than the steady part has, for the ramps at its ends. No more than the truth server remembers. */
export function roundsFor(
  streams: number,
  { shape, secondsPerLevel }: Pick<CalibrateOptions, 'shape' | 'secondsPerLevel'>,
): number {
  const wanted = Math.round((secondsPerLevel * 1000) / streamMs(shape)) + 1;
  const records = Math.min(defaultOptions.truthRecords, maxFrames / (shape.tokens + framesBesideText));
  const remembered = Math.floor(records / streams);
  if (remembered < fewestRounds)
    throw new UserError(
      `${streams} streams of ${shape.tokens} tokens are more than the truth server remembers. Use fewer --tokens.`,
    );
  return Math.max(fewestRounds, Math.min(wanted, remembered));
}

/** Enough short streams for the compiler to have seen the reader's hot path. */
async function warmUp(client: CalibratedClient, clock: Clock): Promise<void> {
  const shape = { tokensPerSecond: 1000, tokens: 20, ttftMs: 2 };
  const ask = (slot: number, round: number): Promise<unknown> => client.ask(`warm-${slot}-${round}`, shape);
  await drive({ slots: 8, rounds: 25, spreadMs: 0, clock, ask });
}

interface CalibratedClient {
  ask(eventId: string, shape: StreamShape): Promise<KeptExchange>;
  warm(connections: number): Promise<void>;
  utilization: NonNullable<LevelOptions<KeptExchange>['utilization']>;
  close(): Promise<void>;
}

/** The client that runs use, without a proxy. */
function newClient(url: string, { clock, openWire = openThreadWire }: CalibrateOptions): CalibratedClient {
  const timeouts = { connectMs: 10_000, firstTokenMs: 60_000, idleMs: 60_000, totalMs: 600_000 };
  const wire = openWire({ timeouts, note: () => undefined });
  const gateway = new Gateway({ wire, clock, redact: (text) => text });
  return {
    async ask(eventId, shape) {
      // The rest of the exchange is dropped at once, as in a run.
      const { chunks, sentAt, requestWrittenMs, firstEventMs, clientLagMs } = await gateway.ask(
        shapedRequest(url, eventId, shape),
      );
      return { eventId, chunks, ...defined({ sentAt, requestWrittenMs, firstEventMs, clientLagMs }) };
    },
    utilization: (since) => wire.loop(since),
    warm: (connections) => wire.warm([url], connections),
    close: () => gateway.close(),
  };
}
