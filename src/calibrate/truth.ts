import { request } from 'undici';
import { controlPrefix } from '../standin/control.ts';
import type { Ms } from '../base/clock.ts';
import type { TrueStream } from './streams.ts';

interface TruthPage {
  records: (Omit<TrueStream, 'frames'> & { frames: [kind: string, due: Ms, written: Ms][] })[];
  /** What to ask `after` the next time. */
  next: number;
}

const pageSize = 1000;

/** What the stand-in at `url` knows of every request that it has answered since it was last cleared, by event id. */
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

/** Lets the stand-in forget. */
export async function clearTruth(url: string): Promise<void> {
  const { body } = await request(`${url}${controlPrefix}truth`, { method: 'DELETE' });
  await body.dump();
}

/** Frames that have been written of one stream so far; 0 for one that is not known. */
export async function countFrames(url: string, eventId: string): Promise<number> {
  const { statusCode, body } = await request(`${url}${controlPrefix}truth/${encodeURIComponent(eventId)}`);
  const record = await body.json();
  return statusCode === 200 ? (record as { frames: unknown[] }).frames.length : 0;
}
