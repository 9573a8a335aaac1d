import type { AnyRow, Column } from '../../base/column.ts';

export type Value = AnyRow[string];

/** A column of an export, and where its cells come from. */
export interface Field {
  readonly column: Column;
  readonly of: (row: AnyRow) => Value;
}

/** The cells stand in the row under the column's name. */
export function plainField(column: Column): Field {
  const { name } = column;
  return { column, of: (row) => row[name] };
}
