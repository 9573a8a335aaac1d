import type { Column } from '../../base/column.ts';
import { UserError } from '../../base/user-error.ts';
import type { Field, TableName, Value } from './tables.ts';

interface Rename {
  /** Our column of the requests. */
  readonly column: string;
  readonly to: string;
  /** The peer's unit, if it differs from ours. */
  readonly seconds?: boolean;
}

/** Why a column keeps its name although the peer has a similar term. */
interface Kept {
  readonly column: string;
  readonly why: string;
}

/** One peer's names for our metrics. */
export interface AliasSet {
  /** Value of `--aliases`. */
  readonly name: string;
  readonly label: string;
  /** Columns whose definition is the same. */
  readonly renames: readonly Rename[];
  readonly kept: readonly Kept[];
}

const vllm: AliasSet = {
  name: 'vllm',
  label: 'vLLM bench serve',
  renames: [
    { column: 'prompt_tokens', to: 'prompt_len' },
    { column: 'completion_tokens', to: 'output_tokens' },
  ],
  kept: [
    {
      column: 'ttft_ms',
      why: "vLLM's ttft ends at the first chunk, with or without text; first_event_ms is nearest",
    },
    { column: 'first_event_ms', why: "ends at any event, vLLM's ttft at the first one with choices" },
    { column: 'e2e_latency_ms', why: "vLLM's latency ends at the last chunk, even one without text" },
    { column: 'tpot_ms', why: "vLLM's tpot spans the first to the last chunk, even those without text" },
    { column: 'icl_p50_ms', why: "vLLM's itl lists every gap of every request" },
    { column: 'queue_ms', why: "vLLM's client_queue_time is only the wait for a free slot" },
  ],
};

const aiperf: AliasSet = {
  name: 'aiperf',
  label: 'AIPerf',
  renames: [
    { column: 'ttft_ms', to: 'time_to_first_token' },
    { column: 'ttfat_ms', to: 'time_to_first_output_token' },
    { column: 'e2e_latency_ms', to: 'request_latency' },
    { column: 'prompt_tokens', to: 'usage_prompt_tokens' },
    { column: 'cached_tokens', to: 'usage_prompt_cache_read_tokens' },
    { column: 'completion_tokens', to: 'usage_completion_tokens' },
    { column: 'reasoning_tokens', to: 'usage_reasoning_tokens' },
    { column: 'total_tokens', to: 'usage_total_tokens' },
  ],
  kept: [
    { column: 'tpot_ms', why: "AIPerf's inter_token_latency counts tokens with its own tokenizer" },
    { column: 'output_tps', why: "AIPerf's output_token_throughput_per_user counts with its own tokenizer" },
    { column: 'icl_p50_ms', why: "AIPerf's inter_chunk_latency lists every gap" },
    {
      column: 'stream_end_ms',
      why: "AIPerf's request_latency ends at the last text, as e2e_latency_ms does",
    },
  ],
};

const otel: AliasSet = {
  name: 'otel',
  label: 'OpenTelemetry GenAI',
  renames: [
    { column: 'model_id', to: 'gen_ai.request.model' },
    { column: 'echoed_model', to: 'gen_ai.response.model' },
    { column: 'http_status', to: 'http.response.status_code' },
    { column: 'first_event_ms', to: 'gen_ai.client.operation.time_to_first_chunk', seconds: true },
    { column: 'prompt_tokens', to: 'gen_ai.usage.input_tokens' },
    { column: 'cached_tokens', to: 'gen_ai.usage.cache_read.input_tokens' },
    { column: 'completion_tokens', to: 'gen_ai.usage.output_tokens' },
    { column: 'reasoning_tokens', to: 'gen_ai.usage.reasoning.output_tokens' },
  ],
  kept: [
    {
      column: 'e2e_latency_ms',
      why: 'gen_ai.client.operation.duration is the whole call, up to its very end',
    },
    {
      column: 'stream_end_ms',
      why: 'gen_ai.client.operation.duration also includes connecting and failed calls',
    },
    { column: 'ttft_ms', why: 'gen_ai.server.time_to_first_token is measured by the server' },
    { column: 'tpot_ms', why: 'gen_ai.server.time_per_output_token is measured by the server' },
    { column: 'finish_reason', why: 'gen_ai.response.finish_reasons is a list' },
  ],
};

/** Every vocabulary; `--aliases` offers exactly these. To add one: write its set, add it here. */
export const aliasSets: readonly AliasSet[] = [vllm, aiperf, otel];

/**
 * The fields under the peer's names if both mean the same. The others keep theirs. Throws a UserError for a summary:
 * the peers leave failures out of theirs, we do not.
 */
export function renamed(fields: readonly Field[], aliases: AliasSet, table: TableName): readonly Field[] {
  if (table !== 'requests')
    throw new UserError(
      `--aliases renames columns of the requests only: ${aliases.label} leaves failures out of its summaries, ours do not. Leave it out, or use --table requests.`,
    );
  return fields.map((field) => {
    const rename = aliases.renames.find(({ column }) => column === field.column.name);
    if (!rename) return field;
    return rename.seconds
      ? inSeconds(field, rename.to)
      : { ...field, column: { ...field.column, name: rename.to } };
  });
}

/** What was renamed and what was not, for people: one line each. */
export function aliasNotes(fields: readonly Field[], { renames, kept, label }: AliasSet): string[] {
  const has = ({ column }: { column: string }): boolean =>
    fields.some((field) => field.column.name === column);
  const renamedHere = renames.filter(has);
  const keptHere = kept.filter(has);
  return [
    ...(renamedHere.length > 0 ? [`Named as in ${label}:`] : []),
    ...renamedHere.map(
      ({ column, to, seconds }) => `  ${column} is ${to}${seconds ? ', in seconds instead of ms' : ''}`,
    ),
    ...(keptHere.length > 0 ? ['Kept, because the definition differs:'] : []),
    ...keptHere.map(({ column, why }) => `  ${column}: ${why}`),
  ];
}

function inSeconds(field: Field, name: string): Field {
  const column: Column = { ...field.column, name, unit: 's', decimals: 6 };
  const of: Field['of'] = (row): Value => {
    const value = field.of(row);
    return typeof value === 'number' ? value / 1000 : value;
  };
  return { column, of };
}
