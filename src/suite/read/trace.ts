import { UserError } from '../../base/user-error.ts';
import { type TraceArrival, type TraceFormat, traceFormats, type TraceKind } from '../../load/trace.ts';
import { positionOf, type Source } from '../fault.ts';
import { spell } from '../written.ts';
import { csvRows, jsonlRows } from './rows.ts';

/**
 * The arrivals of a trace, in order. Throws a UserError if a time is missing, negative or before the one above it (with
 * the line), or if the trace has no arrivals.
 */
export function parseTrace(source: Source, name: TraceFormat): TraceArrival[] {
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
    if (arrivals.length === 0) first = time;
    last = time;
    arrivals.push({ at: time - first, ...lengths });
  }
  if (arrivals.length === 0) throw new UserError('the trace has no arrivals');
  return arrivals;
}
