import type { Clock, Ms } from '../../base/clock.ts';

/**
 * Spreads sends by a few milliseconds, so that an opening burst does not become a queue in this process. The
 * wait counts as our own delay (`queue_ms`), never as latency.
 */
export function createPacer(clock: Clock, gapMs: Ms): () => Promise<void> {
  let next = -Infinity;
  return async () => {
    const now = clock.now();
    const due = Math.max(now, next);
    next = due + gapMs;
    if (due > now) await clock.sleep(due - now);
  };
}
