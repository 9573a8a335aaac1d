import { systemClock } from '../../src/base/clock.ts';
import { drive } from '../../src/diagnose/calibrate/level.ts';
import { machineOffset } from '../../src/diagnose/calibrate/pauses.ts';
import { clearTruth, fetchTruth, joinStream } from '../../src/diagnose/calibrate/truth-join.ts';
import { type Client, onMachineClock } from '../clients/client.ts';
import { errorsOf, lateOf, lateWithRequest } from './errors.ts';
import { warmUp } from './streams.ts';
import { benchShape, type Findings, waveRounds } from './task.ts';

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
    rounds: waveRounds,
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
  const lost = streams * waveRounds - known.length;
  if (lost > 0) throw new Error(`${lost} of ${streams * waveRounds} streams failed`);
  const chunks = known.reduce((sum, { arrivalErrors }) => sum + arrivalErrors.length, 0);
  const steady = joined.flatMap((slot) => slot.slice(1)).filter((one) => one !== undefined);
  return {
    whole: errorsOf(known.map(lateOf)),
    steady: errorsOf(steady.map(lateOf)),
    withRequest: {
      whole: errorsOf(known.map(lateWithRequest)),
      steady: errorsOf(steady.map(lateWithRequest)),
    },
    cpuUsPerChunk: (user + system) / chunks,
  };
}
