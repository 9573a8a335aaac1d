import { UserError } from '../../base/user-error.ts';
import {
  type Lengths,
  type TraceArrival,
  type TraceFormat,
  traceFormats,
  type TraceKind,
} from '../../load/trace.ts';
import { positionOf, type Source } from '../fault.ts';
import { spell } from '../written.ts';
import { csvRows, jsonlRows } from './rows.ts';

/** Tokens of one text: no model reads more. */
const longest = 2_000_000;

/**
 * The arrivals of a trace, in order. Throws a UserError if a time is missing, negative or before the one above it, or if a
 * length is not a whole number (each with the line), or if the trace has no arrivals. `lengths`: every arrival must have both.
 */
export function parseTrace(
  source: Source,
  name: TraceFormat,
  { lengths: wanted = false }: { lengths?: boolean } = {},
): TraceArrival[] {
  const format: TraceKind = traceFormats[name];
  const { rows, faults } = format.isJson ? jsonlRows(source, Infinity) : csvRows(source, Infinity);
  const where = (offset: number): string => `line ${positionOf(source, offset).line} of the trace`;
  const [fault] = faults;
  if (fault) throw new UserError(`${where(fault.offset)}: ${fault.message}. Is it ${format.summary}?`);
  const arrivals: TraceArrival[] = [];
  let [first, last] = [NaN, -Infinity];
  for (const { values, offset } of rows) {
    const cells = new Map([...values].map(([column, value]) => [column.toLowerCase(), spell(value)]));
    const { time, ...lengths } = format.read(cells);
    if (!Number.isFinite(time))
      throw new UserError(`${where(offset)}: no time was found. Is it ${format.summary}?`);
    if (time < 0 && format.isDated !== true) throw new UserError(`${where(offset)}: the time is negative`);
    if (time < last)
      throw new UserError(`${where(offset)}: the time is before the one above it. Sort the trace by time`);
    const wrong = wrongLength(lengths, wanted);
    if (wrong !== undefined) throw new UserError(`${where(offset)}: ${wrong}. Is it ${format.summary}?`);
    if (arrivals.length === 0) first = time;
    last = time;
    arrivals.push({ at: time - first, ...lengths });
  }
  if (arrivals.length === 0) throw new UserError('the trace has no arrivals');
  return arrivals;
}

function wrongLength({ promptTokens, completionTokens }: Lengths, wanted: boolean): string | undefined {
  const isFine = (tokens: number | undefined): boolean =>
    tokens === undefined || (Number.isInteger(tokens) && tokens >= 0 && tokens <= longest);
  for (const tokens of [promptTokens, completionTokens])
    if (!isFine(tokens)) return `a length is a whole number of tokens from 0 to ${longest}, not ${tokens}`;
  return wanted && (promptTokens === undefined || completionTokens === undefined)
    ? 'it has no lengths to replay'
    : undefined;
}
