import { cut } from '../../base/text.ts';
import type { Fault, Source } from '../fault.ts';
import { choices, quote } from '../nearest.ts';
import { csvRows, jsonlRows, type Row, type Rows } from '../read/rows.ts';
import { isFileRef, isMap, spell, type Value } from '../written.ts';
import { fileText, type Open, type Scope } from './messages.ts';

/** Variables by name, with the text of each file in place of its `{ file }`. */
export type ReadFiles = (values: Value) => Record<string, Value>;

/** A value shared by several places is read once, and stays shared. */
export function fileReader(open: Open): ReadFiles {
  const done = new Map<object, Value>();
  function read(value: Value): Value {
    if (!isMap(value) && !Array.isArray(value)) return value;
    const known = done.get(value);
    if (known !== undefined) return known;
    const filled = isFileRef(value) ? fileText(open(value.file)) : readItems(value);
    done.set(value, filled);
    return filled;
  }
  const readItems = (value: Value): Value =>
    Array.isArray(value)
      ? value.map(read)
      : Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, read(item as Value)]));
  // The outermost map holds variables, and one of them may be called "file".
  return (values) => readItems(values) as Record<string, Value>;
}

/** One of the prompts that an entry expands to. */
export interface Variant {
  readonly id: string;
  readonly scope: Scope;
  /** Its dataset row, if there is a dataset. */
  readonly row?: NamedRow;
}

export interface NamedRow extends Row {
  readonly source: Source;
  readonly name: string;
}

export type Matrix = Readonly<Record<string, readonly Value[]>>;

/** Number of prompts that an entry expands to, counted before any is made. */
export function countVariants(matrix: Matrix, rows: readonly unknown[] | undefined): number {
  return Object.values(matrix).reduce((product, values) => product * values.length, rows?.length ?? 1);
}

/** All combinations, the last axis changing fastest: `faq[de,plain]`, `faq[de,formal]`, `faq[en,plain]` … */
export function variantsOf(
  id: string,
  vars: Readonly<Record<string, Value>>,
  matrix: Matrix,
  rows: readonly NamedRow[] | undefined,
): Variant[] {
  const axes = Object.entries(matrix);
  const combinations = axes.reduce<[string, Value][][]>(
    (made, [name, values]) =>
      made.flatMap((before) => values.map((value) => [...before, [name, value] as [string, Value]])),
    [[]],
  );
  return combinations.flatMap((combination) => {
    const names = combination.map(([, value]) => idPart(value));
    const fixed = [...Object.entries(vars), ...combination];
    if (!rows) return [{ id: expandedId(id, names), scope: new Map(fixed) }];
    return rows.map((row) => ({
      id: expandedId(id, [...names, row.name]),
      scope: new Map([...fixed, ...row.values]),
      row,
    }));
  });
}

function expandedId(id: string, parts: readonly string[]): string {
  return parts.length === 0 ? id : `${id}[${parts.join(',')}]`;
}

/** A value as part of an id: characters that an id cannot hold become `_`. */
export function idPart(value: Value): string {
  return cut(spell(value).trim(), 80).replace(/[\p{C}\p{Z};,[\]]+/gu, '_');
}

/** `faq` for `faq[de,plain]`. */
export function baseId(id: string): string {
  const bracket = id.indexOf('[');
  return bracket < 0 ? id : id.slice(0, bracket);
}

type Reader = (source: Source, limit: number) => Rows;

/** By file extension. To add a format: write its reader, add its line. */
const readers: Readonly<Record<string, Reader>> = {
  csv: csvRows,
  tsv: csvRows,
  jsonl: jsonlRows,
  ndjson: jsonlRows,
};

export interface DatasetSpec {
  readonly file: string;
  readonly id?: string | undefined;
  readonly limit?: number | undefined;
}

export interface Dataset {
  /** Empty if there is a fault. */
  readonly rows: readonly NamedRow[];
  readonly faults: readonly Fault[];
  /** Faults in the suite's settings for it, with the field. */
  readonly problems: readonly { readonly field: 'file' | 'id'; readonly message: string }[];
}

/** Why a file cannot be read as a dataset, regardless of its content. */
export function problemOfFormat(file: string): string | undefined {
  const known = Object.keys(readers);
  return readerOf(file)
    ? undefined
    : `is not a dataset: save it as .csv or .jsonl (known endings: ${known.join(', ')})`;
}

/** The rows of a dataset, each with its name. */
export function readDataset({ file, id, limit }: DatasetSpec, source: Source): Dataset {
  const none = { rows: [], faults: [], problems: [] };
  const reader = readerOf(file);
  // `problemOfFormat` says what is wrong.
  if (!reader) return none;
  const { rows, faults } = reader(source, limit ?? Infinity);
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

/** Values of a row are texts and data. A file named in one would be sent as its name. */
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
