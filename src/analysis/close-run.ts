import { join } from 'node:path';
import { csvFile } from '../journal/csv-file.ts';
import { writeManifest } from '../journal/manifest.ts';
import { readQuality } from '../journal/quality-journals.ts';
import { runFiles, writeWhole } from '../journal/run-folder.ts';
import { onePass, type RowCollector } from './analyse.ts';
import type { Report } from './analysis.ts';
import { levelColumns, limitColumns } from './level-columns.ts';
import { loaded, readRun, type LoadedRun } from './read-run.ts';
import { preferenceColumns, qualityColumns } from './quality/quality-columns.ts';
import { modelColumns, pairColumns } from './summary-columns.ts';

/**
 * Finishes a run whose requests are over: its status, `models.csv` and `pairs.csv`. Reads its rows once; collectors in
 * `also` see them too. A run with more failures than its suite allows (`max_error_rate`) is `incomplete`. Throws a
 * UserError if a file cannot be written.
 */
export async function closeRun(folder: string, also: readonly RowCollector[] = []): Promise<LoadedRun> {
  const run = await readRun(folder);
  const { manifest } = run;
  const analysisOf = await onePass(run.batches, manifest, also, await readQuality(folder));
  let analysis = analysisOf(manifest);
  if (manifest.status === 'complete' && errorRate(analysis.report) > manifest.suite.run.maxErrorRate) {
    manifest.status = 'incomplete';
    analysis = analysisOf(manifest);
  }
  const { run: facts, models, load, change } = analysis.report;
  const pairs = [...analysis.report.pairs, ...(change?.pairs ?? [])];
  delete manifest.too_busy;
  if (facts.too_busy !== undefined) manifest.too_busy = facts.too_busy;
  await writeManifest(folder, manifest);
  await writeWhole(join(folder, runFiles.models), csvFile(modelColumns, models));
  await writeWhole(join(folder, runFiles.pairs), csvFile(pairColumns, [...pairs, ...(load?.pairs ?? [])]));
  await writeQuality(folder, analysis.report);
  if (load) {
    await writeWhole(join(folder, runFiles.levels), csvFile(levelColumns, load.levels));
    if (load.limits.length > 0)
      await writeWhole(join(folder, runFiles.limits), csvFile(limitColumns, load.limits));
  }
  return loaded(run, analysis);
}

/** `quality.csv` and `preferences.csv`, if there is something to write. */
export async function writeQuality(folder: string, { quality }: Pick<Report, 'quality'>): Promise<void> {
  if (quality === undefined) return;
  await writeWhole(join(folder, runFiles.quality), csvFile(qualityColumns, quality.rows));
  if (quality.preferences.length > 0)
    await writeWhole(join(folder, runFiles.preferences), csvFile(preferenceColumns, quality.preferences));
}

const sumOf = (models: Report['models'], name: 'requests' | 'successes'): number =>
  models.reduce((sum, model) => sum + model[name], 0);

function errorRate({ run, load, models }: Report): number {
  // Under load, a refusal is an answer.
  if (load) return load.levels.every(({ visits }) => visits === 0) ? 1 : 0;
  if (run.requests_done === 0) return 1;
  // Failures from one place are not diluted by other places.
  const places = [...Map.groupBy(models, ({ vantage }) => vantage).values()];
  const share = (own: typeof models): number => {
    const [asked, answered] = [sumOf(own, 'requests'), sumOf(own, 'successes')];
    return asked === 0 ? 1 : (asked - answered) / asked;
  };
  return Math.max(...places.map(share));
}
