import type { RequestRow } from '../../journal/request-columns.ts';
import { collect, type Collected } from '../collect.ts';

/** A sound answer that took as long as it says, with the given fields. */
export function row(cells: Partial<RequestRow> = {}): RequestRow {
  const some: Partial<RequestRow> = {
    run_id: 'run-1',
    suite: 'smoke',
    suite_hash: 'hash',
    route: 'compat',
    model: 'a',
    model_id: `wire/${cells.model ?? 'a'}`,
    prompt_id: 'p1',
    phase: 'measure',
    repeat: 1,
    attempt: 1,
    final: true,
    status: 'ok',
    valid: true,
    ...cells,
  };
  return some as RequestRow;
}

export function failedRow(cells: Partial<RequestRow> = {}): RequestRow {
  return row({ status: 'timeout', valid: undefined, ...cells });
}

/** One answer per latency, each on its own prompt. */
export function latencies(
  model: string,
  values: readonly number[],
  cells: Partial<RequestRow> = {},
): RequestRow[] {
  return values.map((e2e_latency_ms, index) =>
    Number.isFinite(e2e_latency_ms)
      ? row({ model, prompt_id: `p${index}`, e2e_latency_ms, ...cells })
      : failedRow({ model, prompt_id: `p${index}`, ...cells }),
  );
}

/** A sound answer that wrote `tokens` after its first piece, at `tpot` ms each. */
export function decodeRow(tokens: number, tpot: number, cells: Partial<RequestRow> = {}): RequestRow {
  const span = tokens * tpot;
  return row({ tpot_ms: tpot, output_tps: 1000 / tpot, ttft_ms: 100, e2e_latency_ms: 100 + span, ...cells });
}

export function collected(...rows: readonly RequestRow[]): Promise<Collected> {
  return collect(rows);
}
