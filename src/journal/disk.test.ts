import { readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { scratchFolder } from '../base/testing/scratch.ts';
import { suiteHash } from '../suite/hash.ts';
import type { Disk } from './disk.ts';
import { FileState } from './file-state.ts';
import { FolderSink } from './folder-sink.ts';
import { readManifest, type Manifest } from './manifest.ts';
import { readRequests } from './read-journal.ts';
import { removeDerived, setTornLineAside } from './resume.ts';
import { isThere } from './run-folder.ts';
import { diskSteps, FailingDisk, type DiskStep } from './testing/failing-disk.ts';
import { manifestOf } from './testing/manifest.ts';
import { numbered } from './testing/rows.ts';

/** What the sink acknowledged. */
interface Acknowledged {
  begun: boolean;
  rows: string[];
  verdicts: string[];
  ended: boolean;
}

const { suite } = manifestOf();
const aManifest = (rest: Partial<Manifest> = {}): Manifest =>
  manifestOf({ suite_hash: suiteHash(suite), ...rest });

const asIs = (text: string): string => text;

/** A whole run, from its folder to its end: three concurrent rows, then two, and a verdict for each but the last. */
async function live(folder: string, disk: Disk, kept: Acknowledged): Promise<void> {
  const sink = new FolderSink(folder, disk);
  try {
    await sink.begin(aManifest(), asIs);
    kept.begun = true;
    const add = async (n: number): Promise<void> => {
      const { row, line } = numbered(n);
      await sink.append(row, line);
      kept.rows.push(row.event_id);
    };
    const check = async (n: number): Promise<void> => {
      await sink.addVerdict({
        event_id: `event-${n}`,
        passed: true,
        score: 1,
        failed_checks: undefined,
        check_why: undefined,
      });
      kept.verdicts.push(`event-${n}`);
    };
    await firstFault([add(1), add(2), add(3)]);
    await firstFault([check(1), check(2)]);
    await add(4);
    await check(3);
    await check(4);
    await add(5);
    await sink.save(aManifest({ status: 'complete' }));
    await sink.end();
    await sink.settle();
    kept.ended = true;
  } finally {
    await sink.end().catch(() => undefined);
    await sink.close();
  }
}

async function firstFault(all: readonly Promise<void>[]): Promise<void> {
  const settled = await Promise.allSettled(all);
  for (const each of settled) if (each.status === 'rejected') throw each.reason;
}

/** The content of a folder for a reader, whether or not its run was finished. */
async function found(folder: string): Promise<{ rows: string[]; answers: string[]; verdicts: string[] }> {
  const state = new FileState();
  const sink = new FolderSink(folder);
  const rows = await Array.fromAsync(readRequests(folder, state));
  expect(state.damaged).toBe(0);
  const answers = await Array.fromAsync(sink.answers());
  return {
    rows: rows.map(({ event_id }) => event_id),
    answers: answers.map(({ event_id }) => event_id),
    verdicts: rows.filter(({ passed }) => passed !== undefined).map(({ event_id }) => event_id),
  };
}

/** A run is continued: torn lines are set aside, and rows are appended after them. */
async function goOn(folder: string): Promise<void> {
  await setTornLineAside(folder);
  await removeDerived(folder);
  const { sink, manifest } = (await isThere(`${folder}/run.json`))
    ? await FolderSink.reopen(folder)
    : { sink: new FolderSink(folder), manifest: aManifest() };
  await sink.begin(manifest, asIs);
  const { row, line } = numbered(9);
  await sink.append(row, line);
  await sink.save({ ...manifest, status: 'complete' });
  await sink.end();
  await sink.settle();
  await sink.close();
}

/** Returns whether the run hit the fault. */
async function meetsFault(kind: DiskStep, nth: number): Promise<boolean> {
  await using scratch = await scratchFolder();
  const folder = `${scratch.path}/run`;
  const disk = new FailingDisk(kind, nth);
  const kept: Acknowledged = { begun: false, rows: [], verdicts: [], ended: false };
  const fault = await live(folder, disk, kept).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!disk.hasFailed) {
    expect(fault).toBeUndefined();
    return false;
  }
  expect((fault as Error).message).toContain('ENOSPC');
  if (kept.begun) {
    expect((await readManifest(folder)).run_id).toBe(aManifest().run_id);
    const before = await found(folder);
    expect(before.rows).toEqual(expect.arrayContaining(kept.rows));
    expect(new Set(before.rows).size).toBe(before.rows.length);
    // Each row has its answer, and every acknowledged verdict is there.
    expect(before.answers).toEqual(expect.arrayContaining(before.rows));
    expect(before.verdicts).toEqual(expect.arrayContaining(kept.verdicts));
  }
  await goOn(folder);
  const after = await found(folder);
  expect(after.rows).toEqual(expect.arrayContaining([...kept.rows, 'event-9']));
  expect(after.answers).toEqual(expect.arrayContaining(after.rows));
  expect(after.verdicts).toEqual(expect.arrayContaining(kept.verdicts));
  expect((await readManifest(folder)).status).toBe('complete');
  expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  return true;
}

test.each(diskSteps)('a disk that fails at any %s loses nothing that was acknowledged', async (kind) => {
  let nth = 1;
  while (await meetsFault(kind, nth)) nth++;
  // The fault was tried at every step of this kind, and there are some.
  expect(nth).toBeGreaterThan(1);
});
