import type { JoinedStream } from './join.ts';

/**
 * The streams that ran while every slot was busy: sent after each slot had sent its first, ended before any slot
 * had ended its last. The ramps at both ends are lighter than the load that is asked about, so they stay out.
 */
export function steadyPart(slots: readonly (readonly JoinedStream[])[]): JoinedStream[] {
  const busy = slots.filter((streams) => streams.length > 0);
  const from = Math.max(...busy.map((streams) => streams[0]!.sentAt));
  const to = Math.min(...busy.map((streams) => streams.at(-1)!.endedAt));
  return busy.flat().filter(({ sentAt, endedAt }) => sentAt >= from && endedAt <= to);
}
