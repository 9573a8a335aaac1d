import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadRun } from '../../src/analysis/read-run.ts';
import { readRequests } from '../../src/journal/read-journal.ts';
import { scratch } from '../../src/cli/testing/gatebench.ts';
import { writeRun } from '../../src/cli/testing/run-folder.ts';
import { rowsOf } from '../../src/report/sheet/testing/runs.ts';
import { runFiles } from '../../src/journal/run-folder.ts';
import { enlarge } from './enlarge.ts';

test('a small run becomes a whole large one, with rows that all differ', async () => {
  await using home = await scratch();
  const small = await writeRun(home.path, rowsOf({ kimi: 400, glm: 1200 }));
  await writeFile(join(small, runFiles.answers), '');
  const large = join(home.path, 'large');
  const rows = await enlarge(small, large, 1000);
  const [ids, latencies] = [new Set<string>(), new Set<number | undefined>()];
  for await (const { event_id, e2e_latency_ms } of readRequests(large)) {
    ids.add(event_id);
    latencies.add(e2e_latency_ms);
  }
  expect(rows).toBeGreaterThanOrEqual(1000);
  expect(ids.size).toBe(rows);
  expect(latencies.size).toBeGreaterThan(0.9 * rows);
  const { report } = await loadRun(large);
  expect(report.run.requests_done).toBe(rows);
  expect(report.models.map(({ model }) => model)).toEqual(['kimi', 'glm']);
});
