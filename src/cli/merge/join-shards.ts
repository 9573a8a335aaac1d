import { createReadStream } from 'node:fs';
import { appendFile, open } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { defined } from '../../base/defined.ts';
import { oneLine } from '../../base/text.ts';
import { requestColumns } from '../../journal/request-columns.ts';
import { csvHeader, csvLines } from '../../journal/csv-file.ts';
import type { Manifest, RunStatus } from '../../journal/manifest.ts';
import type { AnyRow } from '../../base/column.ts';
import { FileState, fileWarnings } from '../../journal/file-state.ts';
import { qualityTables } from '../../journal/quality-journals.ts';
import { readCsv } from '../../journal/read-csv.ts';
import { isThere, runFiles, writeWhole } from '../../journal/run-folder.ts';
import { readRun } from '../../analysis/read-run.ts';
import { unprovenConcurrency } from '../../analysis/run-facts.ts';
import { missingShards, shardName, type Part } from './same-plan.ts';

/** The manifest of the whole. Parts come in the order of their shards. */
export function joinedManifest(parts: readonly Part[]): Manifest {
  const manifests = parts.map(({ manifest }) => manifest);
  const ends = manifests.flatMap(({ ended_at }) => ended_at ?? []);
  const busy = manifests.flatMap(({ loop_utilisation }) => loop_utilisation ?? []);
  const starts = manifests.map(({ started_at }) => started_at).sort();
  const missing = missingShards(parts);
  const status = joinedStatus(manifests, missing);
  const lastEnd = ends.sort().at(-1);
  const joined: Manifest = {
    ...manifests[0]!,
    // Run ids begin with the time: the same id whichever shard came first, and also when a late one is added.
    run_id: manifests.map(({ run_id }) => run_id).sort()[0]!,
    merged_from: manifests.map((manifest) => ({ run_id: manifest.run_id, shard: shardName(manifest) })),
    planned_requests: manifests.reduce((sum, { planned_requests }) => sum + planned_requests, 0),
    started_at: starts[0]!,
    status,
    notes: [
      ...missing.map((shard) => ({ at: starts[0]!, text: `shard ${shard} is missing` })),
      ...manifests.flatMap((manifest) =>
        manifest.notes.map(({ at, text }) => ({
          at,
          text: `shard ${shardName(manifest)}: ${oneLine(text)}`,
        })),
      ),
    ],
    ...(lastEnd === undefined ? {} : { ended_at: lastEnd }),
    ...(busy.length === 0 ? {} : { loop_utilisation: Math.max(...busy) }),
  };
  delete joined.shard;
  // The clocks of the whole are as good as the worst of them.
  const unproven = manifests.find((manifest) => unprovenConcurrency(manifest) !== undefined);
  delete joined.calibration;
  Object.assign(joined, defined({ calibration: (unproven ?? manifests[0]!).calibration }));
  // Each shard may have had a server of its own.
  delete joined.local;
  if (lastEnd === undefined || ends.length < parts.length) delete joined.ended_at;
  return joined;
}

/** As bad as the worst part. Too many failures in one shard may be few in the whole: so that is counted again. */
function joinedStatus(manifests: readonly Manifest[], missing: readonly string[]): RunStatus {
  if (missing.length > 0) return 'incomplete';
  const statuses = manifests.map(({ status }) => status);
  if (statuses.some((status) => status === 'interrupted' || status === 'running')) return 'interrupted';
  return statuses.includes('budget') ? 'budget' : 'complete';
}

/**
 * Rows of all parts under one run id. Blocks are counted on, so that a number still names one block. Gives back what was
 * passed over, a sentence each.
 */
export async function joinRows(parts: readonly Part[], runId: string, folder: string): Promise<string[]> {
  const file = await open(join(folder, runFiles.requests), 'w');
  const passedOver: string[] = [];
  let before = 0;
  try {
    await file.writeFile(csvHeader(requestColumns));
    for (const part of parts) {
      let last = before;
      let text = '';
      const run = await readRun(part.folder);
      for await (const row of run.rows) {
        const block = row.block + before;
        last = Math.max(last, block);
        text += csvLines(requestColumns, [{ ...row, run_id: runId, block }]);
        if (text.length < 65_536) continue;
        await file.writeFile(text);
        text = '';
      }
      await file.writeFile(text);
      passedOver.push(...run.warnings().map((warning) => `shard ${shardName(part.manifest)}: ${warning}`));
      before = last;
    }
    await file.datasync();
  } finally {
    await file.close();
  }
  return passedOver;
}

/** Answers as they are, and what judges have said of them, whole. */
export async function joinAnswers(parts: readonly Part[], folder: string): Promise<void> {
  for (const name of [runFiles.answers, runFiles.judgementTexts]) await joinLines(parts, folder, name);
}

/** What was said of the answers, under one run id. Gives back what was passed over, a sentence each. */
export async function joinQuality(parts: readonly Part[], runId: string, folder: string): Promise<string[]> {
  const passedOver: string[] = [];
  for (const { file, columns } of qualityTables) {
    let text = '';
    for (const part of parts) {
      const path = join(part.folder, file);
      if (!(await isThere(path))) continue;
      const state = new FileState();
      for await (const row of readCsv<AnyRow>(path, columns, { state, isJournal: true }))
        text += csvLines(columns, ['run_id' in row ? { ...row, run_id: runId } : row]);
      const name = shardName(part.manifest);
      passedOver.push(...fileWarnings(state, file, '').map((warning) => `shard ${name}: ${warning.trim()}`));
    }
    if (text !== '') await writeWhole(join(folder, file), csvHeader(columns) + text);
  }
  return passedOver;
}

/** Part by part; a shard without the file has stored none. */
async function joinLines(parts: readonly Part[], folder: string, name: string): Promise<void> {
  const path = join(folder, name);
  for (const part of parts) {
    const lines = createInterface({
      input: createReadStream(join(part.folder, name), 'utf8'),
      crlfDelay: Infinity,
    });
    let text = '';
    try {
      for await (const line of lines) {
        text += `${line}\n`;
        if (text.length < 65_536) continue;
        await appendFile(path, text);
        text = '';
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    if (text !== '') await appendFile(path, text);
  }
}
