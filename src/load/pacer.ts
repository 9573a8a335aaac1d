import type { Clock, Ms } from '../base/clock.ts';

/**
 * Spreads the opening wave, the first `wave` sends, by a few milliseconds so that it does not queue in this process.
 * Later sends follow the answers, which are already spread out. The wait counts as our own delay (`queue_ms`), never as
 * latency.
 */
export function createPacer(clock: Clock, gapMs: Ms, wave: number): () => Promise<void> {
  let next = -Infinity;
  let left = wave;
  return async () => {
    if (left-- <= 0) return;
    const now = clock.now();
    const due = Math.max(now, next);
    next = due + gapMs;
    if (due > now) await clock.sleep(due - now);
  };
}
