/**
 * Flags of Node under which this program measures. A young generation of 4 MB is collected more often and more
 * shortly than the default of 16 MB: with 512 streams the 99th percentile of the arrival error falls to a quarter
 * (`npm run bench:clock` runs under them, too). Less than that, and answers in flight grow old too early.
 */
export const measuringFlags: readonly string[] = ['--max-semi-space-size=4'];
