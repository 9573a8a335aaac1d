import { machineOffset } from '../../src/diagnose/calibrate/pauses.ts';
import { fetchTruth, joinStream } from '../../src/diagnose/calibrate/truth-join.ts';
import { ascending, quantile } from '../../src/stats/quantile.ts';
import { type Client, onMachineClock } from '../clients/client.ts';
import { warmUp } from './streams.ts';
import type { Findings } from './task.ts';

/** The first token comes after the burst is over, so that only the start matters. */
const shape = { tokensPerSecond: 50, tokens: 5, ttftMs: 1000 };

/** Many requests at the same moment: once to open the connections, once to measure. */
export async function measureBurst(
  client: Client,
  mockUrl: string,
  streams: number,
): Promise<Findings['burst']> {
  await warmUp(client);
  const burst = (name: string) =>
    Promise.all(Array.from({ length: streams }, (_, n) => client.stream(`${name}-${n}`, shape)));
  await burst('open');
  const kept = await burst('burst');
  const truth = await fetchTruth(mockUrl);
  const offset = machineOffset();
  const fromSent: number[] = [];
  const fromCall: number[] = [];
  for (const stream of kept) {
    const known = stream && truth.get(stream.eventId);
    const joined = known && joinStream(onMachineClock(stream, offset)!, known);
    if (!joined) continue;
    fromSent.push(joined.ttftErrorMs);
    fromCall.push(joined.ttftErrorMs + stream.sentAt - stream.calledAt);
  }
  if (fromSent.length < streams) throw new Error(`${streams - fromSent.length} streams of the burst failed`);
  return { fromSentMs: quantile(ascending(fromSent), 0.99), fromCallMs: quantile(ascending(fromCall), 0.99) };
}
