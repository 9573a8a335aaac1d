import { appendFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratch } from '../cli/testing/gatebench.ts';
import { csvFile, csvLines } from '../journal/csv-file.ts';
import { requestColumns } from '../journal/request-columns.ts';
import { runFiles } from '../journal/run-folder.ts';
import { row } from '../report/sheet/testing/runs.ts';
import { liveNews } from './live.ts';
import { storedRun } from './testing/viewer.ts';
import { Viewer } from './viewer.ts';

test('several tabs on a file that grows and is replaced each get every row once', async () => {
  await using home = await scratch();
  const rows = Array.from({ length: 120 }, (_, n) => row({ event_id: `event-${n}` }));
  const folder = await storedRun(home.path, rows.slice(0, 3), { status: 'running' });
  const path = join(folder, runFiles.requests);
  const viewer = new Viewer({ results: home.path, program: 'gatebench', now: Date.now });
  const [run] = await viewer.runs.all();
  let isWritten = false;
  const asking = Array.from({ length: 6 }, async () => {
    const seen: string[] = [];
    for (let after = 0, isLast = false; !isLast;) {
      isLast = isWritten;
      const news = await liveNews(viewer, run!, after);
      seen.push(...[...news.rows.matchAll(/request\/(event-\d+)\?/g)].map(([, id]) => id!).reverse());
      expect(news.passedOver).toBe(0);
      after = news.next;
    }
    return seen;
  });
  for (const [n, one] of rows.entries()) {
    if (n < 3) continue;
    await appendFile(path, csvLines(requestColumns, [one]));
    if (n % 40 !== 0) continue;
    await writeFile(`${path}.new`, csvFile(requestColumns, rows.slice(0, n + 1)));
    await rename(`${path}.new`, path);
  }
  isWritten = true;
  const ids = rows.map(({ event_id }) => event_id);
  for (const seen of await Promise.all(asking)) expect(seen).toEqual(ids);
});
