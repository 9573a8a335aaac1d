import type * as duckDb from '@duckdb/node-api';
import { oneLine } from '../base/text.ts';
import { UserError } from '../base/user-error.ts';

/** The package is optional: seventy megabytes that only SQL and Parquet need. */
export type DuckDb = typeof duckDb;

/** Throws a UserError that says how to install the package if it is missing. */
export async function loadDuckDb(
  what: string,
  load: () => Promise<unknown> = () => import('@duckdb/node-api'),
): Promise<DuckDb> {
  try {
    return (await load()) as DuckDb;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = /MODULE_NOT_FOUND/.test(code ?? '') ? '' : ` It was found, but: ${oneLine(message, 200)}`;
    throw new UserError(
      `${what} needs DuckDB, an optional package. Install it with: npm i @duckdb/node-api${why}`,
    );
  }
}

/** A database in memory that writes no files and downloads nothing. */
export async function memoryDatabase({ DuckDBInstance }: DuckDb): Promise<Database> {
  const instance = await DuckDBInstance.create(':memory:', {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    temp_directory: '',
  });
  const connection = await instance.connect();
  return {
    connection,
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

export interface Database {
  readonly connection: duckDb.DuckDBConnection;
  close(): void;
}

/** A name as an SQL identifier, whatever its characters. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A text as an SQL literal. */
export const literalText = (text: string): string => `'${text.replaceAll("'", "''")}'`;
