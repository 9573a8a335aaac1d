import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { delimiter as pathDelimiter, join, parse as parsePath } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'csv-parse/sync';

const folders = (process.env['PATH'] ?? '').split(pathDelimiter);
const places = [
  process.env['SOFFICE_PATH'] ?? '',
  ...folders.map((folder) => join(folder, 'soffice')),
  '/Applications/LibreOffice.app/Contents/MacOS/soffice',
];
const found = places.find((place) => place !== '' && existsSync(place));

/** Why tests in LibreOffice are left out; undefined when there is one, or when the tools are demanded. */
export const withoutLibreOffice =
  found === undefined && process.env['GATEBENCH_REQUIRE_TOOLS'] === undefined
    ? 'no LibreOffice found: install its Calc or set SOFFICE_PATH'
    : undefined;

/** Raw values rather than what is shown, in UTF-8; the last number: all sheets, each in a file of its own. */
const rawCsv = 'csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1';

/** How LibreOffice is told to read a CSV file. */
export interface Reading {
  delimiter: ',' | ';';
  /** As its import dialogue has them: 1033 is American English, 1031 German. */
  language: number;
}

export type Records = Record<string, string>[];

/** What the sheets of a file hold, line by line. */
export type Sheets = Map<string, string[][]>;

/**
 * Opens files of different names in LibreOffice, which takes a second to start, and gives back what the sheets of each
 * hold. `scratch` is an empty folder for what it leaves behind. Throws when there is no LibreOffice, or it cannot read
 * a file.
 */
export async function opened(
  files: readonly string[],
  scratch: string,
  reading?: Reading,
): Promise<Sheets[]> {
  if (found === undefined)
    throw new Error(
      'GATEBENCH_REQUIRE_TOOLS is set, but no LibreOffice was found: install its Calc or set SOFFICE_PATH',
    );
  const out = join(scratch, 'sheets');
  await mkdir(out, { recursive: true });
  const filter =
    reading &&
    `Text - txt - csv (StarCalc):${reading.delimiter.charCodeAt(0)},34,76,1,,${reading.language},false,true`;
  await promisify(execFile)(found, [
    '--headless',
    `-env:UserInstallation=file://${join(scratch, 'profile')}`,
    ...(filter === undefined ? [] : [`--infilter=${filter}`]),
    ...['--convert-to', rawCsv, '--outdir', out, ...files],
  ]);
  const names = await readdir(out);
  return Promise.all(
    files.map(async (file) => {
      const start = `${parsePath(file).name}-`;
      const own = names.filter((name) => name.startsWith(start));
      if (own.length === 0) throw new Error(`LibreOffice could not read ${file}`);
      const sheets = own.map(async (name): Promise<[string, string[][]]> => {
        const text = await readFile(join(out, name), 'utf8');
        const lines = parse(text, { bom: true, relax_column_count: true });
        return [name.slice(start.length).replace(/\.csv$/, ''), lines];
      });
      return new Map(await Promise.all(sheets));
    }),
  );
}

/** Lines under their heads. */
export function recordsOf(lines: readonly string[][], head = 0): Records {
  const names = lines[head]!;
  return lines
    .slice(head + 1)
    .map((line) => Object.fromEntries(names.map((name, index) => [name, line[index] ?? ''])));
}
