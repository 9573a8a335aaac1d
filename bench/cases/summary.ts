import { collect } from '../../src/analysis/collect.ts';
import { summarize } from '../../src/analysis/summarize.ts';
import type { Case } from './case.ts';
import { sample } from './sample-rows.ts';

const records = 100_000;
const prompts = 250;
/** Attempts with different figures. The others repeat them at other places of the plan. */
const distinct = 2000;

/** All rows of a very large run: collected, then summarized with every interval. */
export const summary: Case = {
  name: 'summary of 100,000 records',
  unit: 'record',
  units: records,
  bareName: 'a plain sort',
  clock: 'wall',
  open() {
    const some = Array.from({ length: distinct }, (_, n) => sample(n, prompts).row);
    const rows = Array.from({ length: records }, (_, n) => ({
      ...some[n % distinct]!,
      repeat: 1 + Math.floor(n / (4 * prompts)),
      event_id: `event-${n}`,
    }));
    const latencies = rows.map((row) => row.e2e_latency_ms!);
    return Promise.resolve({
      ours: async () => summarize(await collect(rows), { timeoutMs: 300_000 }),
      bare: () => latencies.toSorted((a, b) => a - b),
    });
  },
};
