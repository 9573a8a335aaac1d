import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { scratchFolder, type Scratch } from '../../base/testing/scratch.ts';
import { UserError } from '../../base/user-error.ts';
import { loadSuiteText, type LoadOptions } from '../load.ts';
import type { Suite } from '../suite.ts';

/** A folder with these files that is removed with its owner. */
export async function tempFolder(files: Record<string, string | Uint8Array>): Promise<Scratch> {
  const folder = await scratchFolder();
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder.path, name)), { recursive: true });
    await writeFile(join(folder.path, name), content);
  }
  return folder;
}

/** The required sections. `rest` begins with `prompts:` or another section. */
export function minimal(rest = 'prompts: [{ id: a, prompt: Hello }]'): string {
  return `version: 1\nname: small\nmodels: [custom-ollama/one]\n${rest}\n`;
}

/** A suite from its text, with the files next to it. */
export async function load(
  text: string,
  files: Record<string, string | Uint8Array> = {},
  options?: LoadOptions,
): Promise<Suite> {
  await using folder = await tempFolder(files);
  return await loadSuiteText(text, folder.path, 'suite.yaml', options);
}

/** The lines that say what is wrong, without the excerpts. Fails if there are none. */
export async function faultsOf(
  text: string,
  files: Record<string, string | Uint8Array> = {},
  options?: LoadOptions,
): Promise<string[]> {
  try {
    await load(text, files, options);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.message.split('\n').filter((line) => !/^ *\d* \| /.test(line));
  }
  throw new Error('the suite should have been refused');
}
