import { systemClock } from '../../src/base/clock.ts';
import type { LevelFigures } from '../../src/journal/calibration.ts';
import { drive, measureLevel, streamMs } from '../../src/diagnose/calibrate/level.ts';
import { type Client, onMachineClock } from '../clients/client.ts';
import { benchShape } from './task.ts';

/** Steady streams, compared with the truth. */
export async function measureStreams(
  client: Client,
  mockUrl: string,
  streams: number,
): Promise<LevelFigures> {
  await warmUp(client);
  await client.warm(streams);
  const figures = await measureLevel({
    mockUrl,
    streams,
    rounds: 4,
    spreadMs: streamMs(benchShape),
    clock: systemClock,
    ask: (eventId) => client.stream(eventId, benchShape),
    see: onMachineClock,
  });
  if (!figures) throw new Error('no stream could be compared');
  return figures;
}

const warmShape = { tokensPerSecond: 1000, tokens: 20, ttftMs: 2 };

/** 200 short streams, so that the hot paths are compiled. */
export async function warmUp(client: Client): Promise<void> {
  await drive({
    slots: 8,
    rounds: 25,
    spreadMs: 0,
    clock: systemClock,
    ask: (slot, round) => client.stream(`warm-${slot}-${round}`, warmShape),
  });
}
