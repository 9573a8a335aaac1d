import { cellColumns, cellKey, type Names, namesOf } from '../plan/cell.ts';
import type { ColumnName, RequestRow } from '../journal/request-columns.ts';
import { headlines } from '../measure/metrics.ts';
import { isOwnLimit } from '../measure/own-limits.ts';
import { causesOf, failureReads, failureText, type Cause } from './causes.ts';
import { PromptSamples, ReasonSets, sampleReads } from './prompt-samples.ts';

/** Everything that summaries and comparisons need from a run's rows. Holds numbers, never the rows. */
export interface Collected {
  /** From the first row. Empty if there was none. */
  readonly runId: string;
  readonly suite: string;
  readonly suiteHash: string;
  /** Undefined in runs of older versions. */
  readonly askHash?: string | undefined;
  /** By model, then route. The order of the rows does not matter. */
  readonly cells: readonly CellSamples[];
}

/** One model on one route, in one variant, from one vantage. */
export type CellSamples = Names & {
  readonly modelId: string;
  /** By prompt id. */
  readonly prompts: ReadonlyMap<string, PromptSamples>;
  /** Attempts refused by a rate limit, final or not. */
  readonly rateLimited: number;
  /** Requests that we gave up ourselves. They count for nothing else. */
  readonly canceled: number;
  /** Attempts that a limit of this machine kept from being sent. They count for nothing else. */
  readonly unsent: number;
  /** Answers with tokens that no text shows. */
  readonly hiddenReasoning: number;
  /** Requests with content that was not understood, by its place. */
  readonly unread: ReadonlyMap<string, number>;
  /** Error texts of failed requests, most frequent first. */
  readonly causes: readonly Cause[];
};

/** Columns that are always collected. */
const basics: readonly string[] = [
  ...headlines.map(({ name }) => name),
  'prompt_tokens',
  'completion_tokens',
  'reasoning_tokens',
  'total_tokens',
  'cost_usd',
];

export interface CollectOptions {
  /** More number columns of `requests.csv`, as named by thresholds and gate. */
  readonly columns?: readonly string[];
}

/**
 * Reads the rows of one run in a single pass, in any order. Only measured requests enter, by their final attempt. If a
 * request has several, the last row counts. Memory is some hundred bytes a request, whatever its text.
 */
export async function collect(
  rows: AsyncIterable<RequestRow> | Iterable<RequestRow>,
  options: CollectOptions = {},
): Promise<Collected> {
  const collector = new Collector(options);
  if (Symbol.iterator in rows) for (const row of rows) collector.add(row);
  else for await (const row of rows) collector.add(row);
  return collector.collected();
}

type OpenCell = Names & {
  modelId: string;
  prompts: Map<string, PromptSamples>;
  rateLimited: number;
  canceled: Set<string>;
  unsent: number;
  hiddenReasoning: number;
  unread: Map<string, number>;
  /** For each failed request. */
  failures: Map<string, string>;
};

const reads = [
  ...(['run_id', 'suite', 'suite_hash', 'ask_hash', 'model_id', 'prompt_id'] as const),
  ...cellColumns,
  ...(['phase', 'visit', 'final', 'stream_notes'] as const),
  ...failureReads,
  ...sampleReads,
] as const satisfies readonly ColumnName[];

/** Row fields that are read beyond the collected columns. */
type Collectable = Pick<RequestRow, (typeof reads)[number]>;

/** As above, row by row, for a run that is still going on. */
export class Collector {
  readonly #columns: readonly string[];
  readonly reads: readonly ColumnName[];
  readonly #reasons = new ReasonSets();
  readonly #cells = new Map<string, OpenCell>();
  #first: Collectable | undefined;

  constructor({ columns = [] }: CollectOptions = {}) {
    this.#columns = [...new Set([...basics, ...columns])];
    this.reads = [...reads, ...(this.#columns as readonly ColumnName[])];
  }

  add(row: Collectable): void {
    this.#first ??= row;
    // Each level of a load is a separate question: see levels.ts.
    if (row.phase !== 'measure' || row.visit !== undefined) return;
    const cell = this.#cellOf(row);
    if (row.status === 'rate_limited') cell.rateLimited++;
    if (isOwnLimit({ family: row.error_family, code: row.error_code })) {
      cell.unsent++;
      return;
    }
    if (!row.final) return;
    const request = `${row.repeat}/${row.prompt_id}`;
    if (row.status === 'cancelled') {
      cell.canceled.add(request);
      return;
    }
    cell.canceled.delete(request);
    if (row.stream_notes?.includes('hidden_reasoning') === true) cell.hiddenReasoning++;
    const place = /not understood: ([^:]{1,80}):/.exec(row.error_message ?? '')?.[1];
    if (place !== undefined && row.stream_notes?.includes('unread') === true)
      cell.unread.set(place, (cell.unread.get(place) ?? 0) + 1);
    if (row.status === 'ok') cell.failures.delete(request);
    else cell.failures.set(request, failureText(row));
    let samples = cell.prompts.get(row.prompt_id);
    if (samples === undefined) {
      samples = new PromptSamples(this.#columns, this.#reasons);
      cell.prompts.set(row.prompt_id, samples);
    }
    samples.put(row);
  }

  #cellOf(row: Collectable): OpenCell {
    const key = cellKey(row);
    let cell = this.#cells.get(key);
    if (cell === undefined) {
      const counts = {
        rateLimited: 0,
        canceled: new Set<string>(),
        unsent: 0,
        hiddenReasoning: 0,
        unread: new Map<string, number>(),
        failures: new Map<string, string>(),
      };
      cell = { ...namesOf(row), modelId: row.model_id, prompts: new Map(), ...counts };
      this.#cells.set(key, cell);
    }
    return cell;
  }

  collected(): Collected {
    return {
      runId: this.#first?.run_id ?? '',
      suite: this.#first?.suite ?? '',
      suiteHash: this.#first?.suite_hash ?? '',
      askHash: this.#first?.ask_hash,
      cells: sortedByKey(this.#cells).map(([, { failures, ...cell }]) => ({
        ...cell,
        causes: causesOf(failures.values()),
        prompts: new Map(sortedByKey(cell.prompts)),
        canceled: cell.canceled.size,
      })),
    };
  }
}

function sortedByKey<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}
