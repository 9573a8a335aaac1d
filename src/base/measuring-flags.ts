/**
 * Node flags for measuring (`npm run bench:flags` and `npm run bench:clock` show what they do).
 *
 * - A young generation of 4 MB is collected more often and more briefly than the default 16 MB. With less than that,
 *   answers in flight grow old too early.
 * - The thread that stamps collects its young garbage alone: otherwise it waits for helpers that wait for a processor.
 *   The old generation still has them: without, the main thread stops for longer, and a closed loop sends late.
 * - One helper of V8 instead of four competes with that thread for processors.
 *
 * On two processors, the last two and the precedence of that thread bring the 99th percentile of the TTFT error to a
 * fifth with 192 streams, and to about half with 512.
 */
export const measuringFlags: readonly string[] = [
  '--max-semi-space-size=4',
  '--no-parallel-scavenge',
  '--v8-pool-size=1',
];
