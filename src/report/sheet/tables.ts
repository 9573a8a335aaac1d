import { modelColumns, pairColumns } from '../../analysis/summary-columns.ts';
import { type AnyRow, type Column, count, number, text, time } from '../../base/column.ts';
import { UserError } from '../../base/user-error.ts';
import { rowColumns } from '../../journal/request-columns.ts';
import { choices, quote } from '../../suite/nearest.ts';
import type { ExportedRun } from './sheet-format.ts';

export type Value = AnyRow[string];

/** A column of an export, and the source of its cells. */
export interface Field {
  readonly column: Column;
  readonly of: (row: AnyRow) => Value;
}

/** The row has the cells under the column's name. */
export function plainField(column: Column): Field {
  const { name } = column;
  return { column, of: (row) => row[name] };
}

export type TableName = 'requests' | 'models' | 'pairs';

/** One table for export: several runs, one below the other. */
export interface ExportTable {
  /** Value of `--table`. */
  readonly name: TableName;
  readonly fields: readonly Field[];
  rows(runs: readonly ExportedRun[]): AsyncIterable<AnyRow>;
}

/** When an attempt was sent. If it never was: when it was due. */
const sent = (row: AnyRow): string | undefined =>
  (row['started_at'] ?? row['scheduled_at']) as string | undefined;

/** 1 or 0, which pivot tables can average and sum. They can only count booleans. */
const zeroOrOne = (
  name: string,
  meaning: string,
  of: (row: AnyRow) => boolean | undefined,
): readonly Field[] => [
  {
    column: count(name, meaning),
    of: (row) => {
      const is = of(row);
      return is === undefined ? undefined : Number(is);
    },
  },
];

/** Columns added to the rows for people who work in a spreadsheet. */
const beside: Readonly<Record<string, readonly Field[]>> = {
  started_at: dayAndHour('on which it was sent', sent),
  valid: zeroOrOne(
    'counts_01',
    '1 if this row enters latency figures (measured, final, valid), else 0: filter by it',
    ({ phase, final, valid }) => phase === 'measure' && final === true && valid === true,
  ),
  passed: zeroOrOne(
    'passed_01',
    '`passed` as 1 or 0: its average is the pass rate; empty if not checked',
    ({ passed }) => passed as boolean | undefined,
  ),
};

const requests: ExportTable = {
  name: 'requests',
  // The checksum belongs to its own file.
  fields: rowColumns.flatMap((column) => [plainField(column), ...(beside[column.name] ?? [])]),
  async *rows(runs) {
    for (const run of runs) yield* run.rows();
  },
};

const runStart: Column = time('run_started_at', 'when the run began');
const started = (row: AnyRow): string | undefined => row[runStart.name] as string | undefined;
const runFields: readonly Field[] = [plainField(runStart), ...dayAndHour('on which the run began', started)];

const models: ExportTable = {
  name: 'models',
  fields: modelColumns.flatMap((column) =>
    column.name === 'run_id' ? [plainField(column), ...runFields] : [plainField(column)],
  ),
  async *rows(runs) {
    for (const run of runs) {
      const { manifest, report } = await run.summarized();
      for (const model of report.models) yield { ...model, [runStart.name]: manifest.started_at };
    }
  },
};

const pairs: ExportTable = {
  name: 'pairs',
  fields: [
    plainField(text('run_id', 'the run')),
    ...runFields,
    plainField(text('suite', 'name of the suite')),
    ...pairColumns.map(plainField),
  ],
  async *rows(runs) {
    for (const run of runs) {
      const { manifest, report } = await run.summarized();
      const { run_id, started_at, suite } = manifest;
      for (const pair of [...report.pairs, ...(report.load?.pairs ?? [])])
        yield { ...pair, run_id, [runStart.name]: started_at, suite: suite.name };
    }
  },
};

/** Every table; `--table` offers exactly these. */
export const exportTables: readonly ExportTable[] = [requests, models, pairs];

export function tableNamed(name: TableName): ExportTable {
  return exportTables.find((table) => table.name === name)!;
}

/** Time of a row, as stored in it: ISO 8601 in UTC. */
type Instant = (row: AnyRow) => string | undefined;

/**
 * Two columns for pivot tables, because spreadsheets treat an instant with `T` and `Z` as text: the day and the hour,
 * both in UTC.
 */
export function dayAndHour(what: string, instant: Instant): Field[] {
  const date: Column = time('date', `day ${what}, as YYYY-MM-DD`);
  const hour: Column = number('hour_utc', 'h', `hour ${what}, 0 to 23`);
  return [
    { column: date, of: (row) => instant(row)?.slice(0, 10) },
    { column: hour, of: (row) => hourOf(instant(row)) },
  ];
}

function hourOf(iso: string | undefined): number | undefined {
  const hour = iso === undefined ? NaN : Number(iso.slice(11, 13));
  return Number.isInteger(hour) ? hour : undefined;
}

/**
 * The fields that `--columns` names, in its order. All of them without it. Throws a UserError that names every unknown
 * column and what was probably meant.
 */
export function pickFields(fields: readonly Field[], names: readonly string[] | undefined): readonly Field[] {
  if (names === undefined) return fields;
  if (names.length === 0) throw new UserError('--columns names no column.');
  const known = new Map(fields.map((field) => [field.column.name, field]));
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length > 0) {
    const faults = unknown.map(
      (name) => `there is no column ${quote(name)}${choices(name, [...known.keys()])}`,
    );
    throw new UserError(`--columns: ${faults.join('\n--columns: ')}`);
  }
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new UserError(`--columns names ${quote(twice)} twice.`);
  return names.map((name) => known.get(name)!);
}
