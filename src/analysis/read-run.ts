import { join } from 'node:path';
import { defined } from '../base/defined.ts';
import { UserError } from '../base/user-error.ts';
import { FileState, fileWarnings } from '../journal/file-state.ts';
import { readManifest, type Manifest } from '../journal/manifest.ts';
import type { RequestRow } from '../journal/request-columns.ts';
import { readQuality } from '../journal/quality-journals.ts';
import { requestBatches } from '../journal/read-journal.ts';
import { runFiles } from '../journal/run-folder.ts';
import { onePass, type RowCollector, type RowSource } from './analyse.ts';
import type { Analysis } from './analysis.ts';

export interface StoredRun {
  folder: string;
  manifest: Manifest;
  /** Its attempts, in the order they ended. Each iteration reads the file again, one row at a time. */
  rows: AsyncIterable<RequestRow>;
  /** The same in batches, for callers that read a few columns of many rows. */
  batches: RowSource;
  /** What was skipped when `rows` were last read, a sentence each with what to do. Empty if nothing was. */
  warnings(): string[];
}

/** A run that was read and analyzed. */
export interface LoadedRun extends Analysis {
  folder: string;
}

/**
 * Opens the folder of a run. Reads its manifest at once, and its rows on request. Damaged rows are skipped and
 * counted. Throws a UserError if the folder is not a run, or its manifest is damaged. `rows` throws one if the file
 * cannot be read, or holds another run's rows.
 */
export async function readRun(folder: string): Promise<StoredRun> {
  const manifest = await readManifest(folder);
  const state = new FileState();
  const batches: RowSource = (wanted) => {
    state.reset();
    return ownRows(folder, manifest, { state, ...defined({ wanted }) });
  };
  return {
    folder,
    manifest,
    rows: { [Symbol.asyncIterator]: () => oneByOne(batches(undefined)) },
    batches,
    warnings: () => runFileWarnings(folder, state, manifest),
  };
}

/** Reads and analyzes a run. The same folder gives the same analysis. Throws as `readRun` does. */
export async function loadRun(folder: string): Promise<LoadedRun> {
  return await analyseRun(await readRun(folder));
}

/** Analyzes a run in one pass over its rows. Collectors in `also` see the same pass. */
export async function analyseRun(run: StoredRun, also: readonly RowCollector[] = []): Promise<LoadedRun> {
  const { manifest } = run;
  const records = await readQuality(run.folder);
  return loaded(run, (await onePass(run.batches, manifest, also, records))(manifest));
}

/** An analysis with the folder of its run. Notes on skipped rows come first in the warnings. */
export function loaded(run: StoredRun, { report, ...analysis }: Analysis): LoadedRun {
  const warnings = [...run.warnings(), ...report.warnings];
  return { folder: run.folder, ...analysis, report: { ...report, warnings } };
}

/** Rows of another run would be shown under this one's name, route and plan. */
async function* ownRows(
  folder: string,
  manifest: Manifest,
  { state, wanted }: { state: FileState; wanted?: ReadonlySet<string> },
): AsyncGenerator<RequestRow[]> {
  const columns = wanted && new Set([...wanted, 'run_id']);
  for await (const rows of requestBatches(folder, { state, ...defined({ wanted: columns }) })) {
    const strange = rows.find(({ run_id }) => run_id !== manifest.run_id);
    if (strange) throw strangeRow(folder, strange, manifest);
    yield rows;
  }
}

async function* oneByOne(batches: AsyncIterable<readonly RequestRow[]>): AsyncGenerator<RequestRow> {
  for await (const rows of batches) for (const row of rows) yield row;
}

function strangeRow(folder: string, row: Pick<RequestRow, 'run_id'>, { run_id }: Manifest): UserError {
  return new UserError(
    `${join(folder, runFiles.requests)} has rows of the run ${row.run_id}, but ${runFiles.manifest} has ${run_id}. Keep the files of a run together. To join shards, use gatebench merge.`,
  );
}

/** Notes on a journal that could not be read in full. */
function runFileWarnings(folder: string, state: FileState, { status }: Manifest): string[] {
  const remedy = `Their requests count as not sent. To repair the file and see what was lost: gatebench repair ${folder}.`;
  return [
    ...fileWarnings(state, runFiles.requests, remedy),
    // While a run is in progress, its last line may be incomplete.
    ...(state.isTorn && status !== 'running'
      ? [`${runFiles.requests}: the last line is cut off, so it is left out. ${remedy}`]
      : []),
  ];
}
