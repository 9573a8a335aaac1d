/**
 * What a column's cells hold. `time` is an ISO 8601 string in UTC; `list` is several words; `check` is the checksum of
 * the row's other cells, which stands in the file alone.
 */
export type CellKind = 'text' | 'number' | 'boolean' | 'time' | 'list' | 'check';

interface CellTypes {
  text: string;
  number: number;
  boolean: boolean;
  time: string;
  list: readonly string[];
  check: never;
}

/** One column of a table that we write: the file, its reader, the documentation and the exports come from it. */
export interface Column {
  readonly name: string;
  readonly kind: CellKind;
  /** Every row has it. Other cells may be absent, and an absent one means "not measured", never zero. */
  readonly required?: boolean;
  /** `ms`, `tok/s`, `n`, `USD`, `0–1`; empty for words. */
  readonly unit: string;
  /** One line for people. */
  readonly meaning: string;
  /** Digits after the point, always written; as many as needed where absent. */
  readonly decimals?: number;
}

type Cell<C extends Column> = CellTypes[C['kind']] | (C['required'] extends true ? never : undefined);

/** The row that a list of columns describes. */
export type RowOf<Columns extends readonly Column[]> = {
  [C in Columns[number] as C['kind'] extends 'check' ? never : C['name']]: Cell<C>;
};

/** Any row: for code that walks the columns. */
export type AnyRow = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;
