import { afterEach } from 'vitest';
import type { Clock } from '../../base/clock.ts';
import type { StandinOptions } from '../options.ts';
import { createStandin } from '../mock-server.ts';
import type { Standin } from '../mock-server.ts';

const running: Standin[] = [];

/** The wall clock of test servers. */
export const wall = new Date('2026-11-22T03:17:00Z');
const clock: Clock = { now: () => performance.now(), wall: () => wall, sleep: async () => {} };

/** Starts a quick server that is closed when the test ends. */
export async function start(options: Partial<StandinOptions> = {}): Promise<Standin> {
  const standin = await createStandin({ speed: 50, ...options }, clock);
  running.push(standin);
  return standin;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((standin) => standin.close()));
});

/** The header that turns knobs. */
export const sim = (knobs: object): Record<string, string> => ({ 'x-sim': JSON.stringify(knobs) });
