import { type AnyRow, type Column, time, text } from '../../base/column.ts';
import { rowColumns } from '../../journal/request-columns.ts';
import { modelColumns, pairColumns } from '../../analysis/summary-columns.ts';
import { dayAndHour } from './day-and-hour.ts';
import { plainField, type Field } from './field.ts';
import type { ExportedRun } from './sheet-format.ts';

export type TableName = 'requests' | 'models' | 'pairs';

/** One table that can be exported: several runs, one below the other. */
export interface ExportTable {
  /** As `--table` takes it. */
  readonly name: TableName;
  readonly fields: readonly Field[];
  rows(runs: readonly ExportedRun[]): AsyncIterable<AnyRow>;
}

/** When an attempt was sent; one that never was counts where it was due. */
const sent = (row: AnyRow): string | undefined =>
  (row['started_at'] ?? row['scheduled_at']) as string | undefined;

const requests: ExportTable = {
  name: 'requests',
  // The checksum is about the file that it stands in.
  fields: rowColumns.flatMap((column) =>
    column.name === 'started_at'
      ? [plainField(column), ...dayAndHour('on which it was sent', sent)]
      : [plainField(column)],
  ),
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
      const { manifest, report } = await run.summarised();
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
      const { manifest, report } = await run.summarised();
      const { run_id, started_at, suite } = manifest;
      for (const pair of report.pairs)
        yield { ...pair, run_id, [runStart.name]: started_at, suite: suite.name };
    }
  },
};

/** Every table; `--table` offers exactly these. */
export const exportTables: readonly ExportTable[] = [requests, models, pairs];

export function tableNamed(name: TableName): ExportTable {
  return exportTables.find((table) => table.name === name)!;
}
