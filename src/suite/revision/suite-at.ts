import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, posix, resolve } from 'node:path';
import { makeFolder } from '../../base/make-folder.ts';
import { oneLine } from '../../base/text.ts';
import { UserError } from '../../base/user-error.ts';
import { filesNamedBy, loadSuite, type LoadOptions } from '../load.ts';
import type { Suite } from '../suite.ts';
import { askGit, commitOf, gitIn, type Git } from './git.ts';

/** A suite as it was at an earlier revision of its repository. */
export interface SuiteAt {
  suite: Suite;
  /** 40 hexadecimal digits. */
  commit: string;
  /** Its path in the repository at that commit. Differs from today's if it was renamed since. */
  path: string;
}

/** The revision does not have this suite: there is nothing to compare with. */
export class NoSuiteThere extends Error {
  readonly commit: string;

  constructor(message: string, commit: string) {
    super(message);
    this.commit = commit;
  }
}

export interface RevisionOptions extends LoadOptions {
  /** Name of the file in messages. */
  shown: string;
  /** Environment for git. */
  env: NodeJS.ProcessEnv;
}

/**
 * Reads a suite, and the files that it names, as they are at `ref`, a revision of the repository that contains `file`.
 * The working tree is not touched. Throws a UserError that says what is missing (git, the repository, the revision) or
 * what is wrong with the suite there, and `NoSuiteThere` if the revision does not have it.
 */
export async function loadSuiteAt(file: string, ref: string, options: RevisionOptions): Promise<SuiteAt> {
  const { shown, env, ...load } = options;
  const git = gitIn(dirname(resolve(file)), env);
  const today = await placeOf(git, file, shown);
  const commit = await commitOf(git, ref);
  const path = await placeAt(git, commit, today);
  if (path === undefined)
    throw new NoSuiteThere(`${shown} does not exist at ${ref} (${commit.slice(0, 7)})`, commit);
  const folder = await checkedOut(git, commit, path);
  try {
    const name = `${oneLine(ref)}:${path}`;
    return { suite: await loadSuite(folder.suite, { ...load, name }), commit, path };
  } finally {
    await folder.remove();
  }
}

/** Path of the suite in its repository, with slashes. */
async function placeOf(git: Git, file: string, shown: string): Promise<string> {
  const { code, stdout, stderr } = await git(['rev-parse', '--show-prefix']);
  if (code === 0) return posix.join(stdout.toString().replace(/\n$/, ''), basename(file));
  const why = /not a git repository/i.test(stderr)
    ? 'it is not in a git repository, so there is no earlier revision of it. Leave out --against.'
    : `git cannot read its repository: ${stderr}`;
  throw new UserError(`${shown}: ${why}`);
}

/** The same path, or the one before it was renamed. */
async function placeAt(git: Git, commit: string, path: string): Promise<string | undefined> {
  if ((await objectAt(git, commit, path)) !== undefined) return path;
  const moved = await askGit(git, 'diff', '--name-status', '-z', '--find-renames', '--diff-filter=R', commit);
  const words = moved?.split('\0') ?? [];
  // Three words each: similarity, old path, new path.
  for (let at = 0; at + 2 < words.length; at += 3) if (words[at + 2] === path) return words[at + 1];
  return undefined;
}

/** The file at a path, following links within the revision. */
async function objectAt(git: Git, commit: string, path: string): Promise<string | undefined> {
  // Each line is one query.
  if (path.includes('\n')) return undefined;
  const { stdout } = await git(['cat-file', '--batch-check', '--follow-symlinks'], `${commit}:${path}\n`);
  return /^([0-9a-f]{40,64}) blob /.exec(stdout.toString())?.[1];
}

/** A suite and the files that it names, as git would check them out, in a folder of their own. */
export interface CheckedOut {
  folder: string;
  /** The suite's file in it. */
  suite: string;
  remove: () => Promise<void>;
}

async function checkedOut(git: Git, commit: string, path: string): Promise<CheckedOut> {
  const folder = await mkdtemp(join(tmpdir(), 'gatebench-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const suite = join(folder, basename(path));
    await writeFile(suite, (await bytesAt(git, commit, path)) ?? '');
    for (const name of new Set(await filesNamedBy(suite))) {
      const within = posix.normalize(name);
      // The suite's reader reports a wrong name.
      if (name.includes('\0') || within.startsWith('..') || posix.isAbsolute(within)) continue;
      const bytes = await bytesAt(git, commit, posix.join(posix.dirname(path), within));
      if (bytes === undefined) continue;
      await makeFolder(dirname(join(folder, within)));
      await writeFile(join(folder, within), bytes);
    }
    return { folder, suite, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** With line ends and large files as in a checkout. */
async function bytesAt(git: Git, commit: string, path: string): Promise<Buffer | undefined> {
  const object = await objectAt(git, commit, path);
  if (object === undefined) return undefined;
  const { code, stdout, stderr } = await git(['cat-file', '--filters', `--path=${path}`, object]);
  if (code !== 0) throw new UserError(`git cannot read ${path} at ${commit.slice(0, 7)}: ${stderr}`);
  return stdout;
}

/**
 * The suite and its files at a known commit, for sending its images. The caller removes the folder. Undefined if the
 * repository no longer has them.
 */
export async function checkOutSuite(
  file: string,
  { commit, path }: Pick<SuiteAt, 'commit' | 'path'>,
  env: NodeJS.ProcessEnv,
): Promise<CheckedOut | undefined> {
  const git = gitIn(dirname(resolve(file)), env);
  if ((await objectAt(git, commit, path)) === undefined) return undefined;
  return await checkedOut(git, commit, path);
}
