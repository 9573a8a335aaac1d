import type { Ms } from '../base/clock.ts';

/** Lengths of the texts of a request, in tokens. Absent if unknown. */
export interface Lengths {
  promptTokens?: number;
  completionTokens?: number;
}

/** One arrival of a recorded service: its time, and the length of its texts. Traces hold no text. */
export interface TraceArrival extends Lengths {
  /** Time since the first arrival of the trace. */
  at: Ms;
}

/** Format of a kind of trace. */
export interface TraceKind {
  /** One line for the documentation. */
  summary: string;
  /** One parsed line, its time in milliseconds from any origin. `cells` is keyed by lower-case column names. */
  read(cells: ReadonlyMap<string, string>): { time: number } & Lengths;
  /** JSON lines instead of CSV with a header. */
  isJson?: boolean;
  /** Times are dates, so one before 1970 is not a mistake. */
  isDated?: boolean;
}

const tokens = (cells: ReadonlyMap<string, string>, prompt: string, completion: string): Lengths => {
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
    summary:
      'Azure LLM inference CSV: `TIMESTAMP` as a date such as 2024-05-10 00:00:00.009, `ContextTokens`, `GeneratedTokens`',
    isDated: true,
    read: (cells) => ({
      time: dateOf(cells.get('timestamp') ?? ''),
      ...tokens(cells, 'contexttokens', 'generatedtokens'),
    }),
  },
} satisfies Record<string, TraceKind>;

export type TraceFormat = keyof typeof traceFormats;

const numberOf = (cell: string | undefined): number | undefined =>
  cell === undefined || cell.trim() === '' || !Number.isFinite(Number(cell)) ? undefined : Number(cell);

/** A date without a zone is UTC: only differences count. Anything but ISO 8601 is ambiguous. */
function dateOf(text: string): number {
  const [, day, time, zone] =
    /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d+)?) ?(Z|[+-]\d\d:?\d\d)?$/.exec(text) ?? [];
  return day === undefined ? NaN : Date.parse(`${day}T${time}${zone ?? 'Z'}`);
}
