import { expect, test } from 'vitest';
import { LeapClock } from '../../base/testing/leap-clock.ts';
import type { Got } from '../../wire/get-json.ts';
import { readLog } from './account.ts';
import type { LogFacts, Probe } from './doctor-facts.ts';

const start = new Date('2026-11-22T03:17:00Z');
const probe = { exchange: { eventId: 'event-1', usage: { completionTokens: 13 } } } as Probe;
const page = (...rows: object[]): Got => ({ sentAt: start, receivedAt: start, json: { result: rows } });
const late = page({ duration: 900 });
const whole = page({ duration: 900, tokens_in: 26, tokens_out: 13 });

/** Result of reading a log that answers like this. The last answer repeats. */
async function read(...pages: (Got | undefined)[]): Promise<LogFacts> {
  const look = (): Promise<Got | undefined> => Promise.resolve(pages.length > 1 ? pages.shift() : pages[0]);
  return await readLog('https://api.example/accounts/a', 'lab', probe, look, new LeapClock(start));
}

test('looks once more after the last wait', async () => {
  const { rows, waitedMs } = await read(page(), page(), late, late, late, whole);
  expect(rows).toEqual([{ durationMs: 900, tokensIn: 26, tokensOut: 13 }]);
  expect(waitedMs).toBe(15_500);
  expect(await read(page())).toMatchObject({ rows: [], waitedMs: 15_500 });
});

test('keeps what it has seen when no more looks are allowed', async () => {
  expect(await read(late, undefined)).toMatchObject({ rows: [{ durationMs: 900 }], waitedMs: 500 });
});
