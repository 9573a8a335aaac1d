import { join } from 'node:path';
import { requestColumns, type RequestRow } from '../journal/columns.ts';
import { readCsv } from '../journal/csv.ts';
import { readManifest, type Manifest } from '../journal/manifest.ts';
import { runFiles } from '../journal/run-folder.ts';
import type { Report, RunFacts } from '../output/report.ts';
import { planSize } from '../plan/blocks.ts';
import { collect, type Collected } from '../summary/collect.ts';
import { successFloor, summarise } from '../summary/summarise.ts';
import { describeWarning, warningsOf } from '../summary/warnings.ts';
import type { ModelSummary } from '../summary/columns.ts';

/** A run's report, from its folder alone: rows and manifest. The same folder gives the same report. */
export async function loadReport(folder: string): Promise<Report> {
  const manifest = await readManifest(folder);
  const collected = await collect(readRows(folder));
  const models = summarise(collected, { timeoutMs: manifest.suite.run.timeouts.totalMs });
  return {
    run: factsOf(manifest, models),
    models,
    pairs: [],
    warnings: warningsFor(manifest, collected),
  };
}

/** The rows of a run, one at a time. */
export function readRows(folder: string): AsyncGenerator<RequestRow> {
  return readCsv<RequestRow>(join(folder, runFiles.requests), requestColumns);
}
