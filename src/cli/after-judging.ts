import { join } from 'node:path';
import { writeQuality } from '../analysis/close-run.ts';
import { analyseRun, readRun } from '../analysis/read-run.ts';
import { isThere, runFiles, writeWhole } from '../journal/run-folder.ts';
import { firstLine } from '../report/first-line.ts';
import { PageScan } from '../report/page/collect-page.ts';
import { renderRunPage } from '../report/run-page.ts';

/**
 * Rebuilds what is derived from judgements and ratings: `quality.csv`, `preferences.csv`, and the page if there is one.
 * An unfinished run has none, and gets none. Returns the first line of every view.
 */
export async function refreshQuality(folder: string): Promise<string> {
  const run = await readRun(folder);
  const page = join(folder, runFiles.report);
  const hasPage = await isThere(page);
  const scan = new PageScan(run.manifest.started_at);
  const loaded = await analyseRun(run, hasPage ? [scan] : []);
  await writeQuality(folder, loaded.report);
  if (hasPage) await writeWhole(page, await renderRunPage(loaded, scan));
  return firstLine(loaded.report);
}
