import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { manifest } from '../../report/sheet/testing/runs.ts';
import { requestColumns, type RequestRow } from '../../journal/request-columns.ts';
import { csvFile } from '../../journal/csv-file.ts';
import { writeManifest, type Manifest } from '../../journal/manifest.ts';
import { runFiles } from '../../journal/run-folder.ts';

/** A run's folder with these rows below `home`, in its suite's folder. */
export const writeRun = (
  home: string,
  rows: readonly RequestRow[],
  facts?: Partial<Manifest>,
): Promise<string> => writeRunBelow(join(home, 'results'), rows, facts);

/** As above, below a folder of results. */
export async function writeRunBelow(
  results: string,
  rows: readonly RequestRow[],
  facts: Partial<Manifest> = {},
): Promise<string> {
  const whole = manifest(facts);
  const folder = join(results, whole.suite.name.replaceAll(/[^\w-]/g, '_'), whole.run_id);
  await mkdir(folder, { recursive: true });
  await writeManifest(folder, whole);
  await writeFile(join(folder, runFiles.requests), csvFile(requestColumns, rows));
  return folder;
}
