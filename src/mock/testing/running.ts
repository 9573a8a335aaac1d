import { afterEach } from 'vitest';
import type { Clock } from '../../base/clock.ts';
import type { MockOptions } from '../options.ts';
import { createMock } from '../mock-server.ts';
import type { Mock } from '../mock-server.ts';

const running: Mock[] = [];

/** The wall clock of test servers. */
export const wall = new Date('2026-11-22T03:17:00Z');
const clock: Clock = { now: () => performance.now(), wall: () => wall, sleep: async () => {} };

/** Starts a quick server that is closed at the end of the test. */
export async function start(options: Partial<MockOptions> = {}): Promise<Mock> {
  const mock = await createMock({ speed: 50, ...options }, clock);
  running.push(mock);
  return mock;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((mock) => mock.close()));
});

/** The header that sets knobs. */
export const sim = (knobs: object): Record<string, string> => ({ 'x-sim': JSON.stringify(knobs) });
