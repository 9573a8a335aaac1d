/**
 * Node flags for measuring. A young generation of 4 MB is collected more often and more briefly than the default 16
 * MB. With 512 streams, the 99th percentile of the arrival error falls to a quarter (`npm run bench:clock` uses them
 * too). With less than that, answers in flight grow old too early.
 */
export const measuringFlags: readonly string[] = ['--max-semi-space-size=4'];
