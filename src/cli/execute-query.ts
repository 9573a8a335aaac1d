import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readRun, type StoredRun } from '../analysis/read-run.ts';
import { defined } from '../base/defined.ts';
import { exitCode, UserError, type ExitCode } from '../base/user-error.ts';
import { isThere, listRuns, runFiles } from '../journal/run-folder.ts';
import { ask } from '../query/ask.ts';
import { loadDuckDb } from '../query/duckdb.ts';
import { queryFormats } from '../report/query-formats.ts';
import type { QueryFlags } from './commands/query-command.ts';
import { findRuns } from './find-runs.ts';
import { under, type Io } from './io.ts';
import { styleFor } from './terminal.ts';
import { writeOut } from './write-out.ts';

/** `gatebench query`: one SELECT over the runs, from their folders alone. */
export async function executeQuery(flags: QueryFlags, io: Io): Promise<ExitCode> {
  const { sql, folders } = await questionOf(flags, io);
  const { history, json, out, color } = flags;
  if (history !== undefined && !(await isThere(history)))
    throw new UserError(`--history: there is no folder ${history}.`);
  const duckdb = await loadDuckDb('query');
  const warn = (sentence: string): void => void io.stderr.write(`⚠ ${sentence}\n`);
  const runs = await readRuns(folders, flags, warn);
  const result = await ask(duckdb, sql, { runs, warn, ...defined({ history }) });
  const format = queryFormats.find(({ name }) => name === (json ? 'json' : flags.format))!;
  await writeOut(format.render(result, styleFor(out, color, io)), out, io);
  return exitCode.done;
}

/** The statement and its runs. With `--file` every word is a run. */
async function questionOf(
  { sql, run, file }: QueryFlags,
  { cwd }: Io,
): Promise<{ sql: string; folders: string[] }> {
  if (file !== undefined) {
    const first = sql === undefined || sql === 'latest' ? sql : under(cwd, sql);
    return { sql: await textOf(file), folders: first === undefined ? run : [first, ...run] };
  }
  if (sql === undefined)
    throw new UserError(
      'query needs a SELECT, or --file FILE. Try: query "select model, count(*) from requests group by model"',
    );
  return { sql, folders: run };
}

async function textOf(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).replace(/^\ufeff/, '');
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

/** The named ones, which must be runs. Without names all runs; other folders are skipped. */
async function readRuns(
  named: readonly string[],
  { results }: QueryFlags,
  warn: (sentence: string) => void,
): Promise<StoredRun[]> {
  if (named.length > 0) return Promise.all((await findRuns(named, results)).map(readRun));
  const found: StoredRun[] = [];
  for (const folder of await listRuns(results)) {
    // A run that was killed before it had its manifest has measured nothing.
    if (!(await isThere(join(folder, runFiles.manifest)))) continue;
    try {
      found.push(await readRun(folder));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      warn(`${error.message} This run is left out.`);
    }
  }
  return found;
}
