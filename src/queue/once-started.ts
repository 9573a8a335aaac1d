import type { Clock, Ms } from '../base/clock.ts';

const everyMs: Ms = 100;

/** Retries for at most `ms` while the server reports that it is starting. */
export async function onceStarted<T>(examine: () => Promise<T>, clock: Clock, ms: Ms): Promise<T> {
  const until = clock.now() + ms;
  for (;;) {
    try {
      return await examine();
    } catch (error) {
      if (!isStarting(error) || clock.now() > until) throw error;
      await clock.sleep(everyMs);
    }
  }
}

/** PostgreSQL takes connections before it accepts sessions (57P03). Redis and Valkey load their data first. */
function isStarting(error: unknown): boolean {
  const { code, message = '' } = error as { code?: unknown; message?: string };
  return code === '57P03' || message.startsWith('LOADING');
}
