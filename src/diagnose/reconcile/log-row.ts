import { createReadStream } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream';
import { parse } from 'csv-parse';
import type { Ms } from '../../base/clock.ts';
import { count, oneLine } from '../../base/text.ts';
import { UserError } from '../../base/user-error.ts';
import type { RequestRow } from '../../journal/request-columns.ts';

/** One row of the gateway's log, with the fields for the comparison. Absent: the log does not have it. */
export interface LogRow {
  id?: string;
  eventId?: string;
  /** ISO 8601, UTC. */
  createdAt?: string;
  durationMs?: Ms;
  model?: string;
  provider?: string;
  status?: number;
  cached?: boolean;
  /** 0 is the first of a chain of fallbacks. */
  step?: number;
  tokensIn?: number;
  tokensOut?: number;
  /** Our metadata. Empty if the log kept none. */
  metadata: LogMetadata;
}

export interface LogMetadata {
  run?: string;
  prompt?: string;
  model?: string;
  /** `w1` is the first warm-up. */
  repeat?: string;
}

/**
 * Field names in the logs API, in Logpush and in spreadsheets made from them. Only letters are compared, ignoring case.
 */
const names = {
  id: ['id', 'logid'],
  eventId: ['eventid'],
  createdAt: ['createdat', 'timestamp', 'datetime'],
  durationMs: ['duration', 'durationms'],
  model: ['model'],
  provider: ['provider'],
  status: ['statuscode', 'httpstatus'],
  cached: ['cached'],
  step: ['step'],
  tokensIn: ['tokensin', 'inputtokens', 'prompttokens'],
  tokensOut: ['tokensout', 'outputtokens', 'completiontokens'],
  metadata: ['metadata'],
} as const;

/** Longest text that is kept of a field. */
const longest = 200;

/** A row from outside. Undefined if it has neither an id nor metadata, so that nothing can match it. */
export function readLogRow(value: unknown, clean: (text: string) => string): LogRow | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = fieldsOf(value);
  const find = (name: keyof typeof names): unknown =>
    names[name].map((key) => fields.get(key)).find((found) => found !== undefined);
  const text = (name: keyof typeof names): string | undefined => textOf(find(name), clean);
  const row: LogRow = { metadata: metadataOf(find('metadata')) };
  put(row, 'id', text('id'));
  put(row, 'eventId', text('eventId'));
  put(row, 'createdAt', instantOf(find('createdAt')));
  put(row, 'durationMs', numberOf(find('durationMs')));
  put(row, 'model', text('model'));
  put(row, 'provider', text('provider'));
  put(row, 'status', numberOf(find('status')));
  put(row, 'cached', booleanOf(find('cached')));
  put(row, 'step', numberOf(find('step')));
  put(row, 'tokensIn', numberOf(find('tokensIn')));
  put(row, 'tokensOut', numberOf(find('tokensOut')));
  const canBeFound = row.id !== undefined || row.eventId !== undefined || row.metadata.run !== undefined;
  return canBeFound ? row : undefined;
}

function put<Key extends keyof LogRow>(row: LogRow, key: Key, value: LogRow[Key] | undefined): void {
  if (value !== undefined) row[key] = value;
}

/** Logpush keeps duration and tokens one level down. */
function fieldsOf(value: object): Map<string, unknown> {
  const fields = new Map<string, unknown>();
  for (const [name, field] of Object.entries(value) as [string, unknown][]) {
    if (field === null || field === '') continue;
    const key = name.toLowerCase().replace(/[^a-z]/g, '');
    if (key !== 'metrics') fields.set(key, field);
    else
      for (const [inner, figure] of fieldsOf(parsed(field)))
        if (!fields.has(inner)) fields.set(inner, figure);
  }
  return fields;
}

/** An object, or JSON of one. Empty for anything else. */
function parsed(value: unknown): object {
  if (typeof value === 'object' && value !== null) return value;
  if (typeof value !== 'string') return {};
  try {
    const inner: unknown = JSON.parse(value);
    return typeof inner === 'object' && inner !== null ? inner : {};
  } catch {
    return {};
  }
}

function metadataOf(value: unknown): LogMetadata {
  const metadata: LogMetadata = {};
  const given = parsed(value) as Record<string, unknown>;
  for (const key of ['run', 'prompt', 'model', 'repeat'] as const) {
    const entry = given[key];
    if (typeof entry === 'string' || typeof entry === 'number') metadata[key] = String(entry);
  }
  return metadata;
}

function textOf(value: unknown, clean: (text: string) => string): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  return oneLine(clean(String(value)), longest) || undefined;
}

function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

function booleanOf(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  const word = typeof value === 'string' || typeof value === 'number' ? String(value).toLowerCase() : '';
  if (word === 'true' || word === '1') return true;
  return word === 'false' || word === '0' ? false : undefined;
}

/** Text of an instant, or a number since 1970: seconds or, by its size, ms, µs or ns. */
function instantOf(value: unknown): string | undefined {
  const number = numberOf(value);
  let ms: Ms;
  if (number === undefined) ms = typeof value === 'string' ? Date.parse(value) : NaN;
  else if (number > 1e17) ms = number / 1e6;
  else if (number > 1e14) ms = number / 1000;
  else ms = number > 1e11 ? number : number * 1000;
  return Number.isFinite(ms) && Math.abs(ms) < 8.64e15 ? new Date(ms).toISOString() : undefined;
}

/** Query to a source: the rows about these attempts. */
export interface Wanted {
  /** Attempts that went through the gateway. */
  attempts: readonly RequestRow[];
  /** Run ids in the metadata: one, or those of its shards. */
  runIds: readonly string[];
  /** When the last request had ended. Absent if unknown. */
  endedAt?: Date;
}

export interface LogRows {
  rows: readonly LogRow[];
  /** Where they are from, in a few words. */
  origin: string;
  /** Notes for readers of the figures, one sentence each. */
  notes: readonly string[];
  /** Number of API calls, and time spent waiting for late rows. 0 for a file. */
  calls: number;
  waitedMs: Ms;
}

export interface LogSource {
  read(wanted: Wanted): Promise<LogRows>;
}

/** For the help, and for messages about wrong values. */
export const understoodFiles =
  'a JSON array of rows, an answer of the logs API, JSON lines, or CSV with a header; rows with the fields of the logs API (id, created_at, duration, tokens_in, tokens_out, status_code, cached, step, model, metadata …) or of Logpush';

/** Only a single JSON value is read at once. Lines and CSV may be of any length. */
const largestJson = 256 * 1024 * 1024;
/** Enough to identify the format of a file. */
const headLength = 64 * 1024;

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
          ? [`${count(unread, 'row')} of the file had neither id nor metadata and could not be matched.`]
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
  // A line longer than the examined part is one row with everything in it.
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

/** One JSON value: rows, or a response of the API. */
async function* piece(path: string): AsyncGenerator {
  if ((await stat(path)).size > largestJson)
    throw new UserError(
      `${path} is a single JSON value larger than ${largestJson / 2 ** 20} MiB. Write it as JSON lines, one row per line.`,
    );
  const text = (await readFile(path, 'utf8')).replace(/^\ufeff/, '');
  try {
    yield* rowsWithin(JSON.parse(text));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UserError(`${path} is not JSON (${error.message}). Understood: ${understoodFiles}.`);
  }
}

/** A list contains rows, and so does the `result` of a response. Anything else is one row. */
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

/** Separated by a comma, or by what the header uses instead: spreadsheets in other languages write a semicolon. */
async function* csvRows(path: string, header: string): AsyncGenerator {
  const delimiter = [',', ';', '\t'].find((separator) => header.includes(separator)) ?? ',';
  const options = { bom: true, columns: true, delimiter, relax_column_count: true, skip_empty_lines: true };
  const records = pipeline(createReadStream(path), parse(options), () => undefined);
  yield* records as AsyncIterable<Record<string, string>>;
}
