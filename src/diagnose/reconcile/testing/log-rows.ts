import type { RequestRow } from '../../../journal/request-columns.ts';
import { row } from '../../../report/sheet/testing/runs.ts';
import type { LogRow } from '../log-row.ts';

export const runId = '20261122T031700Z-abcdef';

/** An attempt through the gateway, identified by its number. */
export function attempt(n: number, cells: Partial<RequestRow> = {}): RequestRow {
  return row({
    prompt_id: `p${n}`,
    event_id: `event-${n}`,
    gateway_log_id: `log-${n}`,
    connection_reused: true,
    stream_end_ms: 1380.5,
    model_id: 'custom-ollama/kimi-k2.6',
    ...cells,
  });
}

/** Its row in the log, as it should be. */
export function logged(of: RequestRow, rest: Partial<LogRow> = {}): LogRow {
  return {
    id: of.gateway_log_id!,
    createdAt: of.started_at!,
    durationMs: 1370,
    model: 'kimi-k2.6',
    provider: 'custom-ollama',
    status: 200,
    step: 0,
    cached: false,
    tokensIn: of.prompt_tokens!,
    tokensOut: of.completion_tokens!,
    metadata: { run: runId, prompt: of.prompt_id, model: of.model, repeat: String(of.repeat) },
    ...rest,
  };
}
