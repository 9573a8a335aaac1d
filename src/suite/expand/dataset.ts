import type { Fault, Source } from '../fault.ts';
import { choices, quote } from '../nearest.ts';
import { csvRows, type Row, type Rows } from '../read/csv-rows.ts';
import { jsonlRows } from '../read/jsonl-rows.ts';
import { isFileRef } from './file-ref.ts';
import { idPart, type NamedRow } from './variants.ts';

type Reader = (source: Source, limit: number) => Rows;

/** By the end of the file's name. To add a format: write its reader, add its line. */
const readers: Readonly<Record<string, Reader>> = {
  csv: csvRows,
  jsonl: jsonlRows,
  ndjson: jsonlRows,
};

export interface DatasetSpec {
  readonly file: string;
  readonly id?: string | undefined;
  readonly limit?: number | undefined;
}

export interface Dataset {
  /** Empty when there is a fault. */
  readonly rows: readonly NamedRow[];
  readonly faults: readonly Fault[];
  /** Faults of what the suite says about it, with the field that says it. */
  readonly problems: readonly { readonly field: 'file' | 'id'; readonly message: string }[];
}

/** What keeps a file from being read as a dataset, whatever is in it. */
export function problemOfFormat(file: string): string | undefined {
  const known = Object.keys(readers);
  return readerOf(file)
    ? undefined
    : `a dataset is a .csv or .jsonl file (known endings: ${known.join(', ')})`;
}

/** The rows of a dataset, each with its name. */
export function readDataset({ file, id, limit }: DatasetSpec, source: Source): Dataset {
  const none = { rows: [], faults: [], problems: [] };
  const { rows, faults } = readerOf(file)?.(source, limit ?? Infinity) ?? { rows: [], faults: [] };
  const unread = rows.flatMap((row) => filesIn(row, source));
  if (faults.length + unread.length > 0) return { ...none, faults: [...faults, ...unread] };
  if (rows.length === 0)
    return { ...none, problems: [{ field: 'file', message: `${quote(file)} has no rows` }] };
  const column = id ?? 'id';
  const columns = [...new Set(rows.flatMap(({ values }) => [...values.keys()]))];
  if (!columns.includes(column)) {
    if (id === undefined)
      return { ...none, rows: rows.map((row, index) => ({ ...row, source, name: String(index + 1) })) };
    const message = `${quote(file)} has no column ${quote(id)}${choices(id, columns)}`;
    return { ...none, problems: [{ field: 'id', message }] };
  }
  const named = rows.map((row) => ({ ...row, source, name: idPart(row.values.get(column) ?? '') }));
  const nameless = named.filter(({ name }) => name === '' || name === '""');
  if (nameless.length === 0) return { ...none, rows: named };
  const message = `this row has nothing in its column ${quote(column)}, which names it`;
  return { ...none, faults: nameless.map(({ offset }) => ({ source, offset, message })) };
}

/** A row's values are texts and data; a file that one of them names would go out as its name. */
function filesIn({ values, offset }: Row, source: Source): Fault[] {
  const namesFile = (value: unknown): boolean =>
    isFileRef(value) || (typeof value === 'object' && value !== null && Object.values(value).some(namesFile));
  return [...values].flatMap(([name, value]) => {
    const message = `${quote(name)} names a file, and the files of a dataset are not read; put the text itself there`;
    return namesFile(value) ? [{ source, offset, message }] : [];
  });
}

function readerOf(file: string): Reader | undefined {
  const ending = file.slice(file.lastIndexOf('.') + 1).toLowerCase();
  return Object.hasOwn(readers, ending) ? readers[ending] : undefined;
}
