import { createReadStream } from 'node:fs';
import { appendFile, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { defined } from '../../base/defined.ts';
import { seededRandom } from '../../base/random.ts';
import { oneLine } from '../../base/text.ts';
import { UserError } from '../../base/user-error.ts';
import { sameJson } from '../../suite/hash.ts';
import { requestColumns, type RequestRow } from '../../journal/request-columns.ts';
import { csvHeader, csvLines } from '../../journal/csv-file.ts';
import type { Manifest, RunStatus } from '../../journal/manifest.ts';
import type { AnyRow } from '../../base/column.ts';
import { FileState, fileWarnings } from '../../journal/file-state.ts';
import { qualityTables } from '../../journal/quality-journals.ts';
import { readCsv } from '../../journal/read-csv.ts';
import { isThere, newRunId, runFiles, writeWhole } from '../../journal/run-folder.ts';
import { readRun } from '../../analysis/read-run.ts';
import { unprovenClocks } from '../../analysis/run-facts.ts';
import { missingShards, partName, shardName, type Part } from './same-plan.ts';

/** The manifest of the merged run. Parts are in the order of their places and shards. */
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
    run_id: joinedId(manifests),
    merged_from: manifests.flatMap(originsOf),
    planned_requests: manifests.reduce((sum, { planned_requests }) => sum + planned_requests, 0),
    started_at: starts[0]!,
    status,
    notes: [
      ...missing.map((shard) => ({ at: starts[0]!, text: `shard ${shard} is missing` })),
      ...manifests
        .filter(({ status: own }) => own !== 'complete')
        .map((manifest) => ({
          at: starts[0]!,
          text: `${partName(manifest)} ${statusWords[manifest.status]}`,
        })),
      ...versionNote(manifests).map((text) => ({ at: starts[0]!, text })),
      ...manifests.flatMap((manifest) =>
        manifest.notes.map(({ at, text }) => ({ at, text: `${partName(manifest)}: ${oneLine(text)}` })),
      ),
    ],
    ...(lastEnd === undefined ? {} : { ended_at: lastEnd }),
    ...(busy.length === 0 ? {} : { loop_utilisation: Math.max(...busy) }),
  };
  delete joined.shard;
  const vantages = [...new Set(manifests.flatMap((manifest) => manifest.vantages ?? []))].sort();
  if (vantages.length > 0) joined.vantages = vantages;
  if (!manifests.every(({ labels }) => sameJson(labels, joined.labels))) delete joined.labels;
  // The clocks of the whole are as good as the worst one.
  const own = manifests.filter(({ workers, sent_here: sentHere = workers === undefined }) => sentHere);
  const unproven = own.find((manifest) =>
    unprovenClocks(manifest).some(({ workers }) => workers === undefined),
  );
  delete joined.calibration;
  Object.assign(joined, defined({ calibration: (unproven ?? own[0])?.calibration }));
  const workers = manifests.flatMap((manifest) => manifest.workers ?? []);
  if (workers.length > 0) joined.sent_here = own.length > 0;
  if (workers.length > 0)
    joined.workers = workers.filter((one, at) => workers.findIndex((other) => sameJson(one, other)) === at);
  // Each shard may have had its own server.
  delete joined.local;
  if (lastEnd === undefined || ends.length < parts.length) delete joined.ended_at;
  return joined;
}

/**
 * Run ids begin with the time. For shards: the same id in any order, and also when a late one is added. A run from one
 * place is complete by itself, and may be kept and judged next to the merged one: that gets another name, which is the
 * same for the same parts.
 */
function joinedId(manifests: readonly Manifest[]): string {
  const ids = manifests
    .flatMap(originsOf)
    .map(({ run_id }) => run_id)
    .sort();
  const places = new Set(manifests.flatMap(({ vantages = [] }) => vantages));
  if (places.size < 2) return manifests.map(({ run_id }) => run_id).sort()[0]!;
  const first = manifests.map(({ started_at }) => started_at).sort()[0]!;
  return newRunId(new Date(first), seededRandom(ids.join('/')));
}

/** Identity of a part, with its place, its seed, and its repeats. For a merged part, its own parts. */
function originsOf(manifest: Manifest): NonNullable<Manifest['merged_from']> {
  const { run_id, vantages, labels, seed, added_repeats, merged_from } = manifest;
  if (merged_from !== undefined) return merged_from;
  const part = { run_id, shard: shardName(manifest) };
  return (
    vantages?.map((vantage) => ({ ...part, vantage, seed, ...defined({ labels, added_repeats }) })) ?? [part]
  );
}

/** Other versions may measure differently. */
function versionNote(manifests: readonly Manifest[]): string[] {
  const used = Map.groupBy(manifests, ({ versions }) => versions.gatebench);
  if (used.size < 2) return [];
  const list = [...used].map(([version, own]) => `${version} (${own.map(partName).join('; ')})`);
  return [`parts were made by different versions of gatebench: ${list.join(', ')}`];
}

/** The reported facts of a part. */
export const statusWords: Readonly<Record<RunStatus, string>> = {
  running: 'has not ended, or was killed',
  complete: 'is complete',
  interrupted: 'was interrupted',
  budget: 'stopped at its budget',
  incomplete: 'is incomplete',
};

/** As bad as the worst part. */
function joinedStatus(manifests: readonly Manifest[], missing: readonly string[]): RunStatus {
  if (missing.length > 0) return 'incomplete';
  const statuses = manifests.map(({ status }) => status);
  if (statuses.some((status) => status === 'interrupted' || status === 'running')) return 'interrupted';
  return (['budget', 'incomplete'] as const).find((status) => statuses.includes(status)) ?? 'complete';
}

/**
 * Rows, answers, and opinions of all parts. Returns what was skipped, one sentence each. A failure leaves nothing
 * behind that looks like a run.
 */
export async function joinFiles(parts: readonly Part[], runId: string, folder: string): Promise<string[]> {
  try {
    const passedOver = await joinRows(parts, runId, folder);
    passedOver.push(...(await joinQuality(parts, runId, folder)));
    await joinAnswers(parts, folder);
    return passedOver;
  } catch (error) {
    const written = [runFiles.requests, ...lineFiles, ...qualityTables.map(({ file }) => file)];
    for (const name of written) await rm(join(folder, name), { force: true });
    throw error;
  }
}

/**
 * Rows of all parts under one run id. Blocks are renumbered, so that a number still identifies one block. Returns what
 * was skipped, one sentence each.
 */
async function joinRows(parts: readonly Part[], runId: string, folder: string): Promise<string[]> {
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
        assertOfPlace(part, row);
        const block = row.block + before;
        last = Math.max(last, block);
        text += csvLines(requestColumns, [{ ...row, run_id: runId, block }]);
        if (text.length < 65_536) continue;
        await file.writeFile(text);
        text = '';
      }
      await file.writeFile(text);
      passedOver.push(...run.warnings().map((warning) => `${partName(part.manifest)}: ${warning}`));
      before = last;
    }
    await file.datasync();
  } finally {
    await file.close();
  }
  return passedOver;
}

/** Rows are identified by their place: one with a different place than its run would hide another's. */
function assertOfPlace({ folder, manifest }: Part, { vantage }: RequestRow): void {
  const places = manifest.vantages ?? [];
  if (vantage === undefined ? places.length === 0 : places.includes(vantage)) return;
  throw new UserError(
    `${join(folder, runFiles.requests)} has rows from ${oneLine(vantage ?? 'no vantage', 60)}, but ${runFiles.manifest} says ${places.join(' and ') || 'no vantage'}. Restore the original files.`,
  );
}

const lineFiles = [runFiles.answers, runFiles.judgementTexts] as const;

/** Answers unchanged, and the full replies of judges. */
async function joinAnswers(parts: readonly Part[], folder: string): Promise<void> {
  for (const name of lineFiles) await joinLines(parts, folder, name);
}

/** Opinions on the answers, under one run id. Returns what was skipped, one sentence each. */
async function joinQuality(parts: readonly Part[], runId: string, folder: string): Promise<string[]> {
  const passedOver: string[] = [];
  for (const { file, columns } of qualityTables) {
    let text = '';
    for (const part of parts) {
      const path = join(part.folder, file);
      if (!(await isThere(path))) continue;
      const state = new FileState();
      for await (const row of readCsv<AnyRow>(path, columns, { state, isJournal: true }))
        text += csvLines(columns, ['run_id' in row ? { ...row, run_id: runId } : row]);
      const name = partName(part.manifest);
      passedOver.push(...fileWarnings(state, file, '').map((warning) => `${name}: ${warning.trim()}`));
    }
    if (text !== '') await writeWhole(join(folder, file), csvHeader(columns) + text);
  }
  return passedOver;
}

/** Part by part. A shard without the file has stored none. */
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
