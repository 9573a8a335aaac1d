import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { parse } from 'yaml';
import { oneLine } from '../../../base/text.ts';
import { UserError } from '../../../base/user-error.ts';
import { loadSuiteText } from '../../../suite/load.ts';
import { readFiles } from '../../../suite/read/files.ts';
import { isMap } from '../../../suite/written.ts';
import { type Imported, LeftOut, type Fields, suiteText } from './imported.ts';
import { fromOpenaiEvals } from './openai-evals.ts';
import { fromPromptYml } from './prompt-yml.ts';
import { fromPromptfoo } from './promptfoo.ts';

/** A simulated model, so that the suite runs before its models are named. */
const placeholders = ['custom-ollama/sim-swift', 'custom-ollama/sim-wordy'];

/**
 * A suite made from another tool's file, and what was left out, one line each. Throws a UserError for a file of no
 * known tool.
 */
export async function importFile(
  path: string,
  models: readonly string[] | undefined,
): Promise<{ text: string; leftOut: string[] }> {
  const source = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new UserError(`${oneLine(path)} cannot be read: ${(error as Error).message}`);
  });
  const leftOut = new LeftOut();
  const imported = await convert(path, source, leftOut);
  if (imported.prompts.length === 0) {
    const why = leftOut.lines().map((line) => `\n- ${line}`);
    throw new UserError(`${oneLine(path)}: none of its prompts can be imported.${why.join('')}`);
  }
  if (models === undefined) {
    const named =
      imported.models.length === 0
        ? ''
        : ` (it names ${imported.models.map((name) => oneLine(name, 60)).join(', ')})`;
    leftOut.add(`models${named}: the suite names simulated ones. Name yours: --models custom-ollama/…`);
  }
  if (imported.criteria.length > 0)
    leftOut.add('no judge: name one in quality.judges, or let people answer the criteria');
  const name = basename(path)
    .replace(/(?:\.prompt)?\.[a-z]+$/i, '')
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^-+|-+$/g, '');
  const lines = leftOut.lines();
  const about = {
    name: name === '' ? 'imported' : name,
    source: basename(path),
    models: models ?? placeholders,
    leftOut: lines,
  };
  const text = suiteText(imported, about);
  await loadSuiteText(text, dirname(path), basename(path));
  return { text, leftOut: lines };
}

async function convert(path: string, source: string, leftOut: LeftOut): Promise<Imported> {
  if (/\.(?:jsonl|ndjson)$/i.test(path)) return fromOpenaiEvals(jsonLines(path, source), leftOut);
  const data = parsed(path, source);
  const isPromptYml =
    data['messages'] !== undefined && data['providers'] === undefined && data['tests'] === undefined;
  if (isPromptYml) return fromPromptYml(data, leftOut);
  if (data['prompts'] !== undefined && data['models'] === undefined) {
    const folder = dirname(path);
    const read = async (name: string): Promise<string | undefined> => {
      const file = (await readFiles(folder, '', [name])).get(name);
      return file?.ok === true && 'source' in file ? file.source.text : undefined;
    };
    return fromPromptfoo(data, read, leftOut);
  }
  throw new UserError(
    `${oneLine(path)} is not a file that can be imported: a .prompt.yml of GitHub Models, a promptfoo config, or a .jsonl of openai/evals with input and ideal.`,
  );
}

function parsed(path: string, source: string): Fields {
  try {
    const data: unknown = parse(source);
    if (isMap(data)) return data as Fields;
  } catch (error) {
    throw new UserError(`${oneLine(path)}: ${oneLine((error as Error).message, 300)}`);
  }
  throw new UserError(`${oneLine(path)} does not contain a map.`);
}

function jsonLines(path: string, source: string): Fields[] {
  return source
    .split('\n')
    .map((line, index) => ({ line: line.trim(), number: index + 1 }))
    .filter(({ line }) => line !== '')
    .map(({ line, number }) => {
      try {
        const data: unknown = JSON.parse(line);
        if (isMap(data)) return data as Fields;
      } catch {
        // Reported below.
      }
      throw new UserError(`${oneLine(path)}:${number}: not a line of JSON.`);
    });
}
