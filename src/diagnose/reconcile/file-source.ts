import { createReadStream } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream';
import { parse } from 'csv-parse';
import { count } from '../../base/text.ts';
import { UserError } from '../../base/user-error.ts';
import { type LogRow, type LogRows, type LogSource, readLogRow } from './log-row.ts';

/** For the help and for whoever gave something else. */
export const understoodFiles =
  'a JSON array of rows, an answer of the logs API, JSON lines, or CSV with a header; rows with the fields of the logs API (id, created_at, duration, tokens_in, tokens_out, status_code, cached, step, model, metadata …) or of Logpush';

/** Only JSON that is one piece is read whole; lines and CSV may be of any length. */
const largestJson = 256 * 1024 * 1024;
/** Enough to tell what a file is. */
const headLength = 64 * 1024;

/** The log from a file that somebody exported. */
export function fileSource(path: string, clean: (text: string) => string): LogSource {
  return {
    async read(): Promise<LogRows> {
      const rows: LogRow[] = [];
      let unread = 0;
      try {
        for await (const value of valuesIn(path)) {
          const row = readLogRow(value, clean);
          if (row) rows.push(row);
          else unread++;
        }
      } catch (error) {
        throw error instanceof UserError ? error : new UserError(`${path} cannot be read: ${wording(error)}`);
      }
      if (rows.length === 0)
        throw new UserError(
          `${path} has no row of a gateway's log${unread > 0 ? ` (${count(unread, 'row')} without id and metadata)` : ''}. Understood: ${understoodFiles}.`,
        );
      const notes =
        unread > 0
          ? [
              `${count(unread, 'row')} of the file had neither id nor metadata and could be matched by nothing.`,
            ]
          : [];
      return { rows, origin: basename(path), notes, calls: 0, waitedMs: 0 };
    },
  };
}

function wording(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'there is no such file.';
  return code === 'EISDIR' ? 'it is a folder.' : message;
}

async function* valuesIn(path: string): AsyncGenerator {
  const head = await headOf(path);
  if (head.startsWith('\u001f\u008b'))
    throw new UserError(`${path} is compressed: unpack it first, with gunzip.`);
  const text = head.replace(/^\ufeff/, '').trimStart();
  const [first, second] = text.split('\n', 2) as [string, string?];
  if (text.startsWith('[')) yield* piece(path);
  else if (!text.startsWith('{')) yield* csvRows(path, first);
  // A line that is longer than what was looked at is one row with everything in it.
  else if (second === undefined || isJson(first)) yield* jsonLines(path);
  else yield* piece(path);
}

async function headOf(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const bytes = Buffer.alloc(headLength);
    const { bytesRead } = await file.read(bytes, 0, headLength, 0);
    const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
    return bytes.subarray(0, bytesRead).toString(isPacked ? 'latin1' : 'utf8');
  } finally {
    await file.close();
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** One JSON value: rows, or what the API answers. */
async function* piece(path: string): AsyncGenerator {
  if ((await stat(path)).size > largestJson)
    throw new UserError(
      `${path} is one piece of JSON larger than ${largestJson / 2 ** 20} MiB: write it as JSON lines, one row a line.`,
    );
  const text = (await readFile(path, 'utf8')).replace(/^\ufeff/, '');
  try {
    yield* rowsWithin(JSON.parse(text));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UserError(`${path} is no JSON (${error.message}). Understood: ${understoodFiles}.`);
  }
}

/** A list is rows; so is the `result` of an answer; anything else is one row. */
function* rowsWithin(value: unknown): Generator {
  const list = Array.isArray(value) ? value : (value as { result?: unknown } | null)?.result;
  if (Array.isArray(list)) yield* list as unknown[];
  else yield value;
}

async function* jsonLines(path: string): AsyncGenerator {
  let number = 0;
  for await (const line of createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Infinity })) {
    number++;
    if (line.trim() === '') continue;
    try {
      yield* rowsWithin(JSON.parse(number === 1 ? line.replace(/^\ufeff/, '') : line));
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw new UserError(`${path}:${number}: ${error.message}`);
    }
  }
}

/** Separated by a comma, or by what the header has instead: spreadsheets of other languages write a semicolon. */
async function* csvRows(path: string, header: string): AsyncGenerator {
  const delimiter = [',', ';', '\t'].find((separator) => header.includes(separator)) ?? ',';
  const options = { bom: true, columns: true, delimiter, relax_column_count: true, skip_empty_lines: true };
  const records = pipeline(createReadStream(path), parse(options), () => undefined);
  yield* records as AsyncIterable<Record<string, string>>;
}
