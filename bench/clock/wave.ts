import { systemClock } from '../../src/base/clock.ts';
import { drive } from '../../src/diagnose/calibrate/level.ts';
import { machineOffset } from '../../src/diagnose/calibrate/pauses.ts';
import {
  clearTruth,
  fetchTruth,
  joinStream,
  type JoinedStream,
} from '../../src/diagnose/calibrate/truth-join.ts';
import { ascending, quantile } from '../../src/stats/quantile.ts';
import { type Client, onMachineClock } from '../clients/client.ts';
import { warmUp } from './streams.ts';
import { benchShape, type Errors, type Findings } from './task.ts';

const rounds = 4;

/** A closed loop whose first requests are all sent at once. Steady: without the first request of each slot. */
export async function measureWave(
  client: Client,
  mockUrl: string,
  streams: number,
): Promise<Findings['wave']> {
  await warmUp(client);
  await client.warm(streams);
  await clearTruth(mockUrl);
  const cpu = process.cpuUsage();
  const slots = await drive({
    slots: streams,
    rounds,
    spreadMs: 0,
    clock: systemClock,
    ask: (slot, round) => client.stream(`wave-${slot}-${round}`, benchShape),
  });
  const { user, system } = process.cpuUsage(cpu);
  const offset = machineOffset();
  const truth = await fetchTruth(mockUrl);
  const joined = slots.map((kept) =>
    kept.map((stream) => {
      const seen = onMachineClock(stream, offset);
      const known = seen && truth.get(seen.eventId);
      return seen && known && joinStream(seen, known);
    }),
  );
  const known = joined.flat().filter((one) => one !== undefined);
  const lost = streams * rounds - known.length;
  if (lost > 0) throw new Error(`${lost} of ${streams * rounds} streams failed`);
  const chunks = known.reduce((sum, { arrivalErrors }) => sum + arrivalErrors.length, 0);
  return {
    whole: errorsOf(known),
    steady: errorsOf(joined.flatMap((slot) => slot.slice(1)).filter((one) => one !== undefined)),
    cpuUsPerChunk: (user + system) / chunks,
  };
}

function errorsOf(streams: readonly JoinedStream[]): Errors {
  const ttft = ascending(streams.map(({ ttftErrorMs }) => ttftErrorMs));
  // From the same instant of sending, to the last piece instead of the first.
  const e2e = ascending(
    streams.map(({ ttftErrorMs, arrivalErrors }) => ttftErrorMs - arrivalErrors[0]! + arrivalErrors.at(-1)!),
  );
  return {
    ttft: { p50: quantile(ttft, 0.5), p99: quantile(ttft, 0.99) },
    e2e: { p50: quantile(e2e, 0.5), p99: quantile(e2e, 0.99) },
  };
}
