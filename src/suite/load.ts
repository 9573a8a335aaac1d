import { basename, dirname } from 'node:path';
import { oneLine } from '../base/text.ts';
import { UserError } from '../base/user-error.ts';
import type { CheckKind } from '../check/check.ts';
import { checkKinds } from '../check/checks.ts';
import { checkReader } from './expand/expand-checks.ts';
import { expand, type ExpandOptions } from './expand/expand.ts';
import { fileRefs } from './expand/file-refs.ts';
import { faultsError, type Source } from './fault.ts';
import { largestSuite, readFiles, readText, unified, wordingOf } from './read/files.ts';
import { lookAtImages } from './read/images.ts';
import { readSections } from './sections.ts';
import type { Suite } from './suite.ts';
import { parse } from './yaml.ts';

export interface LoadOptions extends ExpandOptions {
  /** Check types that `checks:` may use. Absent: all of them. */
  readonly kinds?: readonly CheckKind[];
  /** Name of the file in messages. Absent: its path. */
  readonly name?: string;
}

/** Built once: a schema costs more than checking a small suite. */
const readAnyKind = checkReader(checkKinds);

/**
 * Reads a suite and the files it names, which must be in its folder. Throws one `UserError` that holds every fault as
 * `file:line:column: path: what is wrong`, each with its source line and a caret.
 */
export async function loadSuite(path: string, options: LoadOptions = {}): Promise<Suite> {
  const name = oneLine(options.name ?? path);
  const read = await readText(path, name, largestSuite).catch(async (error: unknown) => {
    const words = await wordingOf(error, dirname(path), basename(path));
    const remedy = words.endsWith('does not exist')
      ? `; "gatebench init ${name}" writes one to start from`
      : '';
    throw new UserError(`${name}: ${words}${remedy}`);
  });
  if (!read.ok) throw new UserError(`${name}: ${read.problem}`);
  return resolve(read.source, dirname(path), options);
}

/** The files that a suite names, as written. Empty if it cannot be read: reading it reports that. */
export async function filesNamedBy(path: string): Promise<string[]> {
  const read = await readText(path, path, largestSuite);
  const parsed = read.ok ? parse(read.source) : undefined;
  if (!parsed?.ok) return [];
  return fileRefs(readSections(parsed.data, parsed.places)).map(({ file }) => file);
}

/** As above, from a given text. Files are looked up below `folder`. `name` is its name in messages. */
export async function loadSuiteText(
  text: string,
  folder: string,
  name = 'suite.yaml',
  options: LoadOptions = {},
): Promise<Suite> {
  if (text.length > largestSuite)
    throw new UserError(`${oneLine(name)}: is larger than ${largestSuite / 1e6} MB`);
  return resolve({ name: oneLine(name), text: unified(text) }, folder, options);
}

async function resolve(source: Source, folder: string, { kinds, ...options }: LoadOptions): Promise<Suite> {
  const parsed = parse(source);
  if (!parsed.ok) throw faultsError(parsed.faults);
  const { data, places, written } = parsed;
  const sections = readSections(data, places);
  const refs = fileRefs(sections);
  const named = (isImage: boolean): string[] =>
    refs.filter(({ kind }) => (kind === 'image') === isImage).map(({ file }) => file);
  const label = source.name === basename(source.name) ? '' : dirname(source.name);
  const files = await readFiles(folder, label, named(false));
  const images = await lookAtImages(folder, named(true));
  const { suite, faults } = expand(
    { sections, data, places, written, files, images, read: kinds ? checkReader(kinds) : readAnyKind },
    options,
  );
  if (!suite) throw faultsError(faults);
  return suite;
}
