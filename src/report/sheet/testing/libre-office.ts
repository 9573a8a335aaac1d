import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { delimiter as pathDelimiter, join, parse as parsePath } from 'node:path';
import { parse } from 'csv-parse/sync';
import { outputOf } from '../../../base/testing/programs.ts';

const folders = (process.env['PATH'] ?? '').split(pathDelimiter);
const places = [
  process.env['SOFFICE_PATH'] ?? '',
  ...folders.map((folder) => join(folder, 'soffice')),
  '/Applications/LibreOffice.app/Contents/MacOS/soffice',
];
const found = places.find((place) => place !== '' && existsSync(place));

/** Why tests in LibreOffice are skipped. Undefined if it is there, or if the tools are required. */
export const withoutLibreOffice =
  found === undefined && process.env['GATEBENCH_REQUIRE_TOOLS'] === undefined
    ? 'no LibreOffice found: install its Calc or set SOFFICE_PATH'
    : undefined;

/** Raw values instead of formatted ones, in UTF-8. The last number: all sheets, each in its own file. */
const rawCsv = 'csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1';

/** How LibreOffice is told to read a CSV file. */
export interface Reading {
  delimiter: ',' | ';';
  /** As in its import dialog: 1033 is American English, 1031 German. */
  language: number;
}

export type Records = Record<string, string>[];

/** Contents of a file's sheets, line by line. */
export type Sheets = Map<string, string[][]>;

/**
 * Opens files with different names in LibreOffice, which takes a second to start, and returns the contents of their
 * sheets. `scratch` is an empty folder for temporary files. Throws if there is no LibreOffice, or if it cannot read a
 * file.
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
  const args = [
    '--headless',
    `-env:UserInstallation=file://${join(scratch, 'profile')}`,
    ...(filter === undefined ? [] : [`--infilter=${filter}`]),
    ...['--convert-to', rawCsv, '--outdir', out, ...files],
  ];
  await outputOf(found, args, { cwd: out });
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

/** Lines with their heads as keys. */
export function recordsOf(lines: readonly string[][], head = 0): Records {
  const names = lines[head]!;
  return lines
    .slice(head + 1)
    .map((line) => Object.fromEntries(names.map((name, index) => [name, line[index] ?? ''])));
}
