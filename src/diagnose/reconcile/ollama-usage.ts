import type { Ms } from '../../base/clock.ts';
import { oneLine } from '../../base/text.ts';
import { UserError } from '../../base/user-error.ts';
import type { RequestRow } from '../../journal/request-columns.ts';
import { type ApiClient, said } from './logs-api.ts';

/** The provider's counts for one model, next to the run's. */
export interface ModelUsage {
  /** `all models` if the provider does not distinguish them. */
  model: string;
  /** Requests with an answer that reported usage, and their tokens. */
  ours: UsageFigures;
  provider: UsageFigures & { usd: number };
}

export interface UsageFigures {
  requests: number;
  tokens_in: number;
  tokens_out: number;
}

export interface OllamaUsage {
  /** Bounds of the provider's hours or days that the run touches, ISO 8601. */
  from: string;
  until: string;
  models: readonly ModelUsage[];
}

const hourMs: Ms = 3_600_000;
/** Available ranges, and the width of their buckets. */
const ranges = [
  { range: '24h', reachMs: 24 * hourMs, widthMs: hourMs },
  { range: '7d', reachMs: 7 * 24 * hourMs, widthMs: 24 * hourMs },
  { range: '30d', reachMs: 30 * 24 * hourMs, widthMs: 24 * hourMs },
] as const;

/** Used if the provider does not distinguish models. */
const allModels = 'all models';

/**
 * The provider's own totals over the hours (or days) of the run. They cover the whole account, including its other
 * activity in that time. Throws a UserError if the run is too long ago or the key is not accepted.
 */
export async function readOllamaUsage(
  client: ApiClient,
  attempts: readonly RequestRow[],
  { from, until, now }: { from: Date; until: Date; now: Date },
): Promise<OllamaUsage> {
  const age = now.getTime() - from.getTime();
  const asked = ranges.find(({ reachMs }) => age <= reachMs);
  if (!asked)
    throw new UserError(`${client.host} reports only the last 30 days of usage; this run is older.`);
  const { status, json, complaint } = await client.get('/api/usage', {
    range: asked.range,
    group_by: 'model',
  });
  if (status === 401 || status === 403)
    throw new UserError(`${client.host} does not accept OLLAMA_API_KEY (${status}${said(complaint)}).`);
  if (status !== 200)
    throw new UserError(`${client.host} does not report the usage (${status}${said(complaint)}).`);
  const buckets = bucketsIn(json, asked.widthMs).filter(
    (bucket) => bucket.from < until.getTime() + 1 && bucket.until > from.getTime(),
  );
  const counted = new Map<string, ModelUsage['provider']>();
  for (const { parts } of buckets)
    for (const { model, figures } of parts) counted.set(model, added(counted.get(model), figures));
  return {
    from: new Date(Math.min(from.getTime(), ...buckets.map((bucket) => bucket.from))).toISOString(),
    until: new Date(Math.max(until.getTime(), ...buckets.map((bucket) => bucket.until))).toISOString(),
    models: besideOurs(counted, attempts),
  };
}

interface Bucket {
  from: Ms;
  until: Ms;
  parts: { model: string; figures: ModelUsage['provider'] }[];
}

/** Buckets by time. Each has a list of models, or is about one model. */
function bucketsIn(json: unknown, widthMs: Ms): Bucket[] {
  const { buckets } = (json ?? {}) as { buckets?: unknown };
  if (!Array.isArray(buckets)) throw new UserError('the answer about the usage has no "buckets".');
  return (buckets as unknown[]).flatMap((given) => {
    const bucket = (given ?? {}) as Record<string, unknown>;
    const { from: begin, until: end } = bucket;
    const from = Date.parse(String(begin));
    if (!Number.isFinite(from)) return [];
    const until = Date.parse(String(end));
    const within = ['models', 'groups', 'results'].map((key) => bucket[key]).find(Array.isArray) ?? [bucket];
    return [
      {
        from,
        until: Number.isFinite(until) ? until : from + widthMs,
        parts: (within as unknown[]).map(partOf),
      },
    ];
  });
}

function partOf(given: unknown): Bucket['parts'][number] {
  const part = (given ?? {}) as Record<string, unknown>;
  const number = (key: string): number => (typeof part[key] === 'number' ? part[key] : 0);
  const { model, name } = part;
  return {
    model: typeof model === 'string' ? bare(model) : typeof name === 'string' ? bare(name) : allModels,
    figures: {
      requests: number('request_count'),
      tokens_in: number('input_tokens'),
      tokens_out: number('output_tokens'),
      usd: number('usage_usd'),
    },
  };
}

/** The provider's spelling: without the gateway's prefix and the optional `:latest`. */
function bare(model: string): string {
  return oneLine(model.replace(/^custom-[^/]+\//, '').replace(/:latest$/, ''), 200);
}

function besideOurs(
  counted: ReadonlyMap<string, ModelUsage['provider']>,
  attempts: readonly RequestRow[],
): ModelUsage[] {
  const ours = new Map<string, UsageFigures>();
  for (const { model_id, prompt_tokens, completion_tokens } of attempts) {
    if (prompt_tokens === undefined && completion_tokens === undefined) continue;
    const model = counted.has(allModels) ? allModels : bare(model_id);
    const figures = {
      requests: 1,
      tokens_in: prompt_tokens ?? 0,
      tokens_out: completion_tokens ?? 0,
      usd: 0,
    };
    ours.set(model, added(ours.get(model), figures));
  }
  return [...ours]
    .map(([model, { requests, tokens_in, tokens_out }]) => ({
      model,
      ours: { requests, tokens_in, tokens_out },
      provider: counted.get(model) ?? nothing,
    }))
    .sort((a, b) => (a.model < b.model ? -1 : 1));
}

const nothing: ModelUsage['provider'] = { requests: 0, tokens_in: 0, tokens_out: 0, usd: 0 };

function added(
  sum: Partial<ModelUsage['provider']> | undefined,
  part: ModelUsage['provider'],
): ModelUsage['provider'] {
  return {
    requests: (sum?.requests ?? 0) + part.requests,
    tokens_in: (sum?.tokens_in ?? 0) + part.tokens_in,
    tokens_out: (sum?.tokens_out ?? 0) + part.tokens_out,
    usd: (sum?.usd ?? 0) + part.usd,
  };
}
