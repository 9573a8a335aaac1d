import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder } from '../../../base/make-folder.ts';
import { UserError } from '../../../base/user-error.ts';
import { writeWhole } from '../../../journal/run-folder.ts';

const mark = /^# Checksum of what follows: ([0-9a-f]{16})\. [^\n]*\n/m;

/** A generated file that records its command, and is recognized as ours until somebody changes it. */
export function signed(text: string, command: string): string {
  return `# Written by: ${command}
# Checksum of what follows: ${checksum(text)}. While it matches, the same command updates this file.
#
${text}`;
}

/**
 * Writes a signed file, also over an earlier one of ours. Returns what happened. Throws a UserError if the file was
 * written or changed by a person.
 */
export async function writeOwn(path: string, text: string): Promise<'written' | 'updated' | 'unchanged'> {
  const before = await readThere(path);
  if (before !== undefined) {
    const plain = before.replaceAll('\r\n', '\n');
    if (plain === text) return 'unchanged';
    if (!isOurs(plain))
      throw new UserError(
        `${path} was changed by hand, or is not by gatebench, and is not overwritten. Rename it, run init again, and put your changes into the new file; then delete the old one.`,
      );
  }
  try {
    await makeFolder(dirname(path));
    await writeWhole(path, text);
  } catch (error) {
    throw new UserError(`${path} cannot be written: ${(error as Error).message}`);
  }
  return before === undefined ? 'written' : 'updated';
}

/** The text of our own earlier file, if it is ours. */
export async function ownText(path: string): Promise<string | undefined> {
  const text = (await readThere(path))?.replaceAll('\r\n', '\n');
  return text !== undefined && isOurs(text) ? text : undefined;
}

function isOurs(text: string): boolean {
  const found = mark.exec(text);
  if (!found) return false;
  const rest = text.slice(found.index + found[0].length).replace(/^#\n/, '');
  return checksum(rest) === found[1];
}

const checksum = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

async function readThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new UserError(`${path} cannot be read: ${(error as Error).message}`);
  }
}
