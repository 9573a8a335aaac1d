import { cellColumns, cellKey, type Names, namesOf } from '../plan/cell.ts';
import type { Ms } from '../base/clock.ts';
import type { ColumnName, RequestRow } from '../journal/request-columns.ts';
import { warmLoadMs } from '../measure/validity.ts';
import { median } from '../stats/quantile.ts';

/**
 * How a local Ollama says it spent the time of one model, and what remains of ours. Medians over the measured answers
 * whose latency counts, in ms. Absent if no answer reported it.
 */
export type ServerTimes = Names & {
  /** Answers that the medians rest on. */
  readonly answers: number;
  readonly load_ms?: Ms;
  readonly prompt_eval_ms?: Ms;
  readonly eval_ms?: Ms;
  /** Waiting in the server's own queue. */
  readonly server_queue_ms?: Ms;
  /** Outside the server: the end of the stream as we saw it, minus the server's own total. */
  readonly network_ms?: Ms;
  /** Attempts for which the model had to be loaded first, including warm-up. They are in none of the medians. */
  readonly cold_loads: number;
  /** Median of their load times. */
  readonly cold_load_ms?: Ms;
};

const parts = ['load_ms', 'prompt_eval_ms', 'eval_ms', 'server_queue_ms', 'network_ms'] as const;

interface OpenTimes {
  names: Names;
  answers: number;
  values: Record<(typeof parts)[number], number[]>;
  coldLoads: number[];
}

const reads = [
  ...cellColumns,
  ...(['phase', 'final', 'status', 'valid', 'e2e_latency_ms', 'stream_end_ms'] as const),
  ...(['server_total_ms', 'load_ms', 'prompt_eval_ms', 'eval_ms', 'server_queue_ms'] as const),
] as const satisfies readonly ColumnName[];
type Row = Pick<RequestRow, (typeof reads)[number]>;

/** Reads the rows of a run, in any order. */
export class ServerTimesCollector {
  readonly reads = reads;
  readonly #cells = new Map<string, OpenTimes>();

  add(row: Row): void {
    if (row.server_total_ms === undefined) return;
    const cell = this.#cellOf(row);
    if (row.load_ms !== undefined && row.load_ms > warmLoadMs) cell.coldLoads.push(row.load_ms);
    if (row.phase !== 'measure' || !row.final || row.status !== 'ok' || row.valid !== true) return;
    cell.answers++;
    const { load_ms, prompt_eval_ms, eval_ms, server_queue_ms, server_total_ms: total } = row;
    const end = row.stream_end_ms ?? row.e2e_latency_ms;
    const times = {
      ...{ load_ms, prompt_eval_ms, eval_ms, server_queue_ms },
      network_ms: end === undefined ? undefined : end - total,
    };
    for (const part of parts) if (times[part] !== undefined) cell.values[part].push(times[part]);
  }

  #cellOf(row: Row): OpenTimes {
    const names = namesOf(row);
    const key = cellKey(names);
    let cell = this.#cells.get(key);
    if (cell === undefined) {
      const values = { load_ms: [], prompt_eval_ms: [], eval_ms: [], server_queue_ms: [], network_ms: [] };
      cell = { names, answers: 0, values, coldLoads: [] };
      this.#cells.set(key, cell);
    }
    return cell;
  }

  /** By model, then route. Empty if no server reported its times. */
  times(): ServerTimes[] {
    return [...this.#cells]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { names, answers, values, coldLoads }]) => ({
        ...names,
        answers,
        ...Object.fromEntries(
          parts.filter((part) => values[part].length > 0).map((part) => [part, median(values[part])]),
        ),
        cold_loads: coldLoads.length,
        ...(coldLoads.length > 0 ? { cold_load_ms: median(coldLoads) } : {}),
      }));
  }
}
