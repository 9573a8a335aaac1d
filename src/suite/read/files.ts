import { open, readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, normalize, sep, win32 } from 'node:path';
import type { Source } from '../fault.ts';
import { didYouMean } from '../nearest.ts';

/** Why a file cannot be read, in words that follow its name. */
export interface Problem {
  readonly ok: false;
  readonly problem: string;
}

/** A file's text, or why it cannot be read. */
export type FileRead = { readonly ok: true; readonly source: Source } | Problem;

/** Files in the suite's own folder, by the path that the suite gives. */
export type Files = ReadonlyMap<string, FileRead>;

export const largestSuite = 5_000_000;
export const largestFile = 20_000_000;
export const largestTogether = 200_000_000;

/**
 * Reads the files that a suite names. Each must be in `folder`, also after following links. `label` is the folder's
 * name in messages. Every problem is a value. Reading stops at 200 MB in total.
 */
export async function readFiles(folder: string, label: string, names: Iterable<string>): Promise<Files> {
  const files = new Map<string, FileRead>();
  let total = 0;
  for (const name of new Set(names)) {
    const read =
      total > largestTogether
        ? problem('the files of a suite may total 200 MB')
        : await readWithin(folder, name, (file) => readText(file, join(label, name), largestFile));
    if (read.ok) total += read.source.text.length;
    files.set(name, read);
  }
  return files;
}

/** Reads a file that a suite names, if it is in `folder`, also after following links. */
export async function readWithin<Read>(
  folder: string,
  name: string,
  read: (file: string) => Promise<Read>,
): Promise<Read | Problem> {
  if (name.includes('\0')) return problem("can't be the name of a file");
  if (isAbsolute(name) || win32.isAbsolute(name)) return problem('must be given relative to the suite');
  if (climbs(normalize(name))) return problem('lies outside the folder of the suite');
  try {
    const [home, file] = await Promise.all([realpath(folder), realpath(join(folder, name))]);
    if (!file.startsWith(home.endsWith(sep) ? home : home + sep)) {
      return problem('is a link that points outside the folder of the suite');
    }
    return await read(file);
  } catch (error) {
    return problem(await wordingOf(error, folder, name));
  }
}

function climbs(path: string): boolean {
  return path === '..' || path.startsWith(`..${sep}`) || path.startsWith('../');
}

/** Throws system errors. Everything else is a value. */
export async function readText(file: string, name: string, largest: number): Promise<FileRead> {
  const read = await readBytes(file, largest);
  if (!read.ok) return read;
  const decoded = decode(read.bytes);
  return decoded.ok ? { ok: true, source: { name, text: decoded.text } } : problem(decoded.problem);
}

/** As above, for binary files. */
export async function readBytes(
  file: string,
  largest: number,
): Promise<{ readonly ok: true; readonly bytes: Buffer } | Problem> {
  const kind = await stat(file);
  if (kind.isDirectory()) return problem('is a folder, not a file');
  // Reading a pipe or a device could wait or go on forever.
  if (!kind.isFile()) return problem('is not a regular file');
  const handle = await open(file);
  try {
    if (kind.size > largest) return problem(`is larger than ${largest / 1e6} MB`);
    return { ok: true, bytes: await handle.readFile() };
  } finally {
    await handle.close();
  }
}

/** Why a file cannot be read, and which one was probably meant. */
export async function wordingOf(error: unknown, folder: string, name: string): Promise<string> {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  if (code === 'ENOENT') return `does not exist${await similar(folder, name)}`;
  if (code === 'EACCES' || code === 'EPERM') return 'cannot be read (permission denied)';
  return `can't be read (${code})`;
}

async function similar(folder: string, name: string): Promise<string> {
  const siblings = await readdir(join(folder, dirname(name))).catch(() => []);
  return didYouMean(basename(name), siblings);
}

export function problem(text: string): Problem {
  return { ok: false, problem: text };
}

/** Text with `\n` line ends and no byte order mark, or what is wrong with the bytes. */
export type Decoded =
  { readonly ok: true; readonly text: string } | { readonly ok: false; readonly problem: string };

/**
 * UTF-8, or UTF-16 with a byte order mark, as spreadsheets save "Unicode text". Other bytes are a problem, never
 * replaced.
 */
export function decode(bytes: Uint8Array): Decoded {
  const encoding = encodingOf(bytes);
  try {
    const text = withLineFeeds(unified(new TextDecoder(encoding, { fatal: true }).decode(bytes)));
    if (!text.includes('\0')) return { ok: true, text };
    return { ok: false, problem: 'holds NUL characters, as UTF-16 without its mark does; save it as UTF-8' };
  } catch {
    const line = encoding === 'utf-8' ? ` (first wrong byte in line ${lineOfFault(bytes)})` : '';
    return {
      ok: false,
      problem: `is not ${encoding === 'utf-8' ? 'UTF-8' : 'UTF-16'}${line}; save it as UTF-8`,
    };
  }
}

function encodingOf([first, second]: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
}

/** The same suite has the same hash on every system, regardless of line ends at checkout. */
export function unified(text: string): string {
  return text.replace(/^\ufeff/, '').replaceAll('\r\n', '\n');
}

/** Lines that end in carriage returns only, as some spreadsheets still offer. */
function withLineFeeds(text: string): string {
  return text.includes('\n') ? text : text.replaceAll('\r', '\n');
}

/** Line of the first byte at which lenient decoding differs from the file. */
function lineOfFault(bytes: Uint8Array): number {
  const lenient = new TextDecoder('utf-8').decode(bytes);
  const encoded = new TextEncoder().encode(lenient);
  let same = 0;
  while (same < bytes.length && encoded[same] === bytes[same]) same++;
  let line = 1;
  for (const byte of bytes.subarray(0, same)) if (byte === 10) line++;
  return line;
}
