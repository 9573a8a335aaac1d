import { lstat, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { makeFolder } from '../../base/make-folder.ts';
import { jsonOf } from '../../base/json-text.ts';
import { UserError } from '../../base/user-error.ts';
import { readIfThere, sweepDrafts, writeWhole } from '../../journal/run-folder.ts';
import type { SiteFile } from '../../report/site/site-badges.ts';
import { jsonText } from '../../report/run-json.ts';
import { unwritable } from '../unwritable.ts';

/** Files that we have written into a site's folder. Everything else belongs to others. */
const listFile = 'gatebench-site.json';

const list = z.object({
  gatebench_site: z.literal(1),
  files: z.array(z.string()),
  /** Run of each suite with a page there, and whether its answers are public. */
  latest: z.record(z.string(), z.object({ path: z.string(), run_id: z.string(), answers: z.boolean() })),
});

export type SiteList = z.infer<typeof list>;

/** Whatever the list says, no other file is ever ours. */
const ours = /^(index\.html|feed\.xml|badge-[A-Za-z0-9._-]+\.json|latest\/[A-Za-z0-9._-]+\.html)$/;

/** Files that were written into the folder before. Empty if there is no folder. */
export async function readSiteList(folder: string): Promise<SiteList> {
  const found = await stat(folder).catch(() => undefined);
  if (found && !found.isDirectory()) throw new UserError(`${folder} is not a folder: choose another --out.`);
  const path = join(folder, listFile);
  const text = await readIfThere(path);
  if (text === undefined) return { gatebench_site: 1, files: [], latest: {} };
  const read = list.safeParse(jsonOf(text));
  if (!read.success)
    throw new UserError(
      `${path} is damaged: it lists what gatebench may replace. Publish to another folder.`,
    );
  return { ...read.data, files: read.data.files.filter((file) => ours.test(file)) };
}

export interface SiteContent {
  files: readonly SiteFile[];
  /** Files of ours that stay as they are. */
  kept: readonly string[];
  latest: SiteList['latest'];
}

/**
 * Updates a folder to these files, and removes our earlier ones that are no longer needed. Nothing else in it is
 * touched: throws a UserError if another file is in the way.
 */
export async function writeSite(folder: string, { files, kept, latest }: SiteContent): Promise<void> {
  const before = await readSiteList(folder);
  const now = [...files.map(({ path }) => path), ...kept].sort();
  const gone = before.files.filter((file) => !now.includes(file));
  await assertOurs(
    folder,
    files.map(({ path }) => path).filter((path) => !before.files.includes(path)),
  );
  try {
    for (const each of new Set(now.map((path) => dirname(join(folder, path))))) await makeFolder(each);
  } catch (error) {
    throw unwritable(folder, error);
  }
  // Written first with both lists, so that an interrupted site can be published again.
  await writeList(folder, { files: [...new Set([...now, ...before.files])].sort(), latest: before.latest });
  for (const { path, text } of files) await writeChanged(join(folder, path), text);
  for (const file of gone) await rm(join(folder, file), { force: true });
  await writeList(folder, { files: now, latest });
}

const writeList = (folder: string, { files, latest }: Omit<SiteList, 'gatebench_site'>): Promise<void> =>
  writeChanged(join(folder, listFile), jsonText({ gatebench_site: 1, files, latest }));

async function writeChanged(path: string, text: string): Promise<void> {
  await sweepDrafts(path);
  if ((await readFile(path, 'utf8').catch(() => undefined)) !== text) await writeWhole(path, text);
}

async function assertOurs(folder: string, paths: readonly string[]): Promise<void> {
  const pages = await lstat(join(folder, 'latest')).catch(() => undefined);
  if (pages && !pages.isDirectory())
    throw new UserError(
      `${join(folder, 'latest')} is not a folder of gatebench: move it, or choose another --out.`,
    );
  for (const path of paths)
    if (await lstat(join(folder, path)).catch(() => undefined))
      throw new UserError(
        `${join(folder, path)} was not written by gatebench: move it, or choose another --out. Nothing was changed.`,
      );
}
