import type { Ms } from '../base/clock.ts';
import { UserError } from '../base/user-error.ts';

/** One arrival of a recorded service: when, and how long its texts were. Traces hold no text. */
export interface TraceArrival {
  /** From the first arrival of the trace. */
  at: Ms;
  /** Absent where the trace does not say. */
  promptTokens?: number;
  completionTokens?: number;
}

interface Format {
  /** One line for the documentation. */
  summary: string;
  /** What one line says, its time in milliseconds from any moment. `cells` holds it by the lower-case names of its columns. */
  read(cells: ReadonlyMap<string, string>): { time: number } & Omit<TraceArrival, 'at'>;
  /** JSON lines instead of CSV with a header. */
  isJson?: boolean;
}

const tokens = (
  cells: ReadonlyMap<string, string>,
  prompt: string,
  completion: string,
): Omit<TraceArrival, 'at'> => {
  const [promptTokens, completionTokens] = [prompt, completion].map((name) => numberOf(cells.get(name)));
  return {
    ...(promptTokens === undefined ? {} : { promptTokens }),
    ...(completionTokens === undefined ? {} : { completionTokens }),
  };
};

/** The public traces that can be replayed. To add one: add its entry. */
export const traceFormats = {
  burstgpt: {
    summary: 'BurstGPT CSV: `Timestamp` in seconds, `Request tokens`, `Response tokens`',
    read: (cells) => ({
      time: 1000 * (numberOf(cells.get('timestamp')) ?? NaN),
      ...tokens(cells, 'request tokens', 'response tokens'),
    }),
  },
  mooncake: {
    summary: 'Mooncake JSONL: `timestamp` in milliseconds, `input_length`, `output_length`',
    isJson: true,
    read: (cells) => ({
      time: numberOf(cells.get('timestamp')) ?? NaN,
      ...tokens(cells, 'input_length', 'output_length'),
    }),
  },
  azure: {
    summary: 'Azure LLM inference CSV: `TIMESTAMP` as a date, `ContextTokens`, `GeneratedTokens`',
    read: (cells) => ({
      time: dateOf(cells.get('timestamp') ?? ''),
      ...tokens(cells, 'contexttokens', 'generatedtokens'),
    }),
  },
} satisfies Record<string, Format>;

export type TraceFormat = keyof typeof traceFormats;

/**
 * The arrivals of a trace, in order. Throws a UserError with the line for a time that is missing, negative or before the one
 * above it, and for a trace without arrivals.
 */
export function parseTrace(text: string, name: TraceFormat): TraceArrival[] {
  const format: Format = traceFormats[name];
  const arrivals: TraceArrival[] = [];
  let [first, last] = [NaN, -Infinity];
  for (const { line, cells } of linesOf(text, format.isJson ?? false)) {
    const { time, ...lengths } = format.read(cells);
    const where = `line ${line} of the trace`;
    if (!Number.isFinite(time)) throw new UserError(`${where}: no time was found. Is it ${format.summary}?`);
    if (time < 0) throw new UserError(`${where}: the time is negative`);
    if (time < last)
      throw new UserError(`${where}: the time is before the one above it. Sort the trace by time`);
    if (arrivals.length === 0) first = time;
    last = time;
    arrivals.push({ at: time - first, ...lengths });
  }
  if (arrivals.length === 0) throw new UserError('the trace has no arrivals');
  return arrivals;
}

function* linesOf(
  text: string,
  isJson: boolean,
): Generator<{ line: number; cells: ReadonlyMap<string, string> }> {
  let names: string[] | undefined;
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    if (raw.trim() === '') continue;
    const line = index + 1;
    if (isJson) {
      yield { line, cells: jsonCells(raw, line) };
      continue;
    }
    const cells = raw.split(',').map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
    if (!names) names = cells.map((cell) => cell.toLowerCase());
    else yield { line, cells: new Map(names.map((name, column) => [name, cells[column] ?? ''])) };
  }
}

function jsonCells(raw: string, line: number): ReadonlyMap<string, string> {
  let value: unknown;
  try {
    value = JSON.parse(raw);
  } catch {
    throw new UserError(`line ${line} of the trace is not JSON`);
  }
  return new Map(Object.entries(value ?? {}).map(([name, cell]) => [name.toLowerCase(), String(cell)]));
}

const numberOf = (cell: string | undefined): number | undefined =>
  cell === undefined || cell.trim() === '' || !Number.isFinite(Number(cell)) ? undefined : Number(cell);

/** A date without a zone is UTC: only differences count. */
const dateOf = (text: string): number =>
  Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text.replace(' ', 'T')}Z`);
