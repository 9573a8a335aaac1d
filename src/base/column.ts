/**
 * What a column's cells hold. `time` is an ISO 8601 string in UTC. `list` is several words. `check` is the checksum of
 * the row's other cells; it exists only in the file.
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

/** One column of a table that we write. The file, its reader, the documentation and the exports come from it. */
export interface Column {
  readonly name: string;
  readonly kind: CellKind;
  /** Every row has it. Other cells may be absent, and an absent one means "not measured", never zero. */
  readonly required?: boolean;
  /** `ms`, `tok/s`, `n`, `USD`, `0–1`; empty for words. */
  readonly unit: string;
  /** One line for people. */
  readonly meaning: string;
  /** Digits after the point, always written. Absent: as many as needed. */
  readonly decimals?: number;
}

export interface Named<Name extends string, Kind extends CellKind> extends Column {
  readonly name: Name;
  readonly kind: Kind;
}

type Maker<Kind extends CellKind> = <const Name extends string>(
  name: Name,
  meaning: string,
) => Named<Name, Kind>;

const maker =
  <const Kind extends CellKind>(kind: Kind, unit = '', decimals?: number): Maker<Kind> =>
  (name, meaning) => ({ name, kind, unit, meaning, ...(decimals === undefined ? {} : { decimals }) });

/** Columns by cell type, so that a list of them reads as a table of names and meanings. */
export const text = maker('text');
export const list = maker('list');
export const yesNo = maker('boolean');
export const time = maker('time', 'UTC');
/** A whole number. */
export const count = maker('number', 'n');
export const ms = maker('number', 'ms', 3);
/** From 0 to 1. */
export const share = maker('number', '0–1', 6);
export const unitless = maker('number', '', 6);

/** Any other number; `decimals` as in a column. */
export const number = <const Name extends string>(
  name: Name,
  unit: string,
  meaning: string,
  decimals?: number,
): Named<Name, 'number'> => maker('number', unit, decimals)(name, meaning);

/** The same, in every row. */
export const required = <C extends Column>(column: C): C & { readonly required: true } => ({
  ...column,
  required: true,
});

type Cell<C extends Column> = CellTypes[C['kind']] | (C['required'] extends true ? never : undefined);

/** The row that a list of columns describes. */
export type RowOf<Columns extends readonly Column[]> = {
  [C in Columns[number] as C['kind'] extends 'check' ? never : C['name']]: Cell<C>;
};

/** Any row: for code that walks the columns. */
export type AnyRow = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;
