import { compareValues } from '../../base/compare-values.ts';
import { exitCode, type ExitCode } from '../../base/user-error.ts';
import { createRunFolder } from '../../journal/create-run-folder.ts';
import { lockRun } from '../../journal/lock.ts';
import { assertUnedited, readManifest, writeManifest } from '../../journal/manifest.ts';
import { setTornLineAside } from '../../journal/resume.ts';
import { findRun } from '../../journal/run-folder.ts';
import { outputFormats } from '../../report/report-formats.ts';
import { closeRun } from '../../analysis/close-run.ts';
import { stdoutStyle } from '../terminal.ts';
import type { MergeFlags } from '../commands/merge-command.ts';
import { shownFrom, type Io } from '../io.ts';
import { joinedManifest, joinFiles, statusWords } from './join-shards.ts';
import { assertSamePlan, missingShards, type Part } from './same-plan.ts';

/**
 * `gatebench merge`: turns the shards of one plan, or runs from several places, into one run, completely or not at all.
 */
export async function executeMerge(flags: MergeFlags, io: Io): Promise<ExitCode> {
  const parts: Part[] = [];
  for (const run of flags.run) {
    const folder = await findRun(run, flags.results);
    // A killed shard may end in half a line. One in progress must not be touched.
    const lock = await lockRun(folder);
    await setTornLineAside(folder).finally(() => lock.release());
    const manifest = await readManifest(folder);
    assertUnedited(folder, manifest);
    parts.push({ folder, manifest });
  }
  assertSamePlan(parts);
  parts.sort(
    (a, b) =>
      compareValues(placesText(a), placesText(b)) ||
      (a.manifest.shard?.index ?? 1) - (b.manifest.shard?.index ?? 1),
  );
  const manifest = joinedManifest(parts);
  let { status } = manifest;
  const lock = await createRunFolder(flags.out);
  try {
    for (const text of await joinFiles(parts, manifest.run_id, flags.out))
      manifest.notes.push({ at: manifest.started_at, text: text.replace(/\.$/, '') });
    await writeManifest(flags.out, manifest);
    const run = await closeRun(flags.out);
    status = run.manifest.status;
    const format = outputFormats.find(({ name }) => name === (flags.json ? 'json' : 'table'))!;
    io.stdout.write(format.render(run.report, stdoutStyle(flags.color, io)));
  } finally {
    await lock.release();
  }
  io.stderr.write(summaryLine(parts, shownFrom(io.cwd, flags.out)));
  return status === 'complete' ? exitCode.done : exitCode.incomplete;
}

const placesText = ({ manifest }: Part): string => manifest.vantages?.join() ?? '';

function summaryLine(parts: readonly Part[], out: string): string {
  const missing = missingShards(parts);
  const lacking = missing.length > 0 ? `; missing: ${missing.join(', ')}` : '';
  const open = parts.filter(({ manifest }) => manifest.status !== 'complete');
  const unfinished = open
    .map(({ folder, manifest }) => `${folder} ${statusWords[manifest.status]}\n`)
    .join('');
  const places = new Set(parts.flatMap(({ manifest }) => manifest.vantages ?? []));
  const what = places.size > 1 ? `parts from ${places.size} places` : 'shards';
  return `${parts.length} of ${parts.length + missing.length} ${what} joined in ${out}${lacking}\n${unfinished}`;
}
