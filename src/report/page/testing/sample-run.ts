import { normal, seededRandom, type Random } from '../../../base/random.ts';
import type { RequestRow } from '../../../journal/request-columns.ts';

/** A model of the sample, defined by its answers. Times in ms. */
interface SampleModel {
  id: string;
  ttft: number;
  perToken: number;
  tokens: number;
  reasoning?: number;
  accuracy: number;
  /** Share of attempts that fail. */
  failing: number;
  price: { input: number; output: number };
}

const models: readonly SampleModel[] = [
  {
    id: 'kimi-k2.6',
    ttft: 520,
    perToken: 9,
    tokens: 180,
    accuracy: 0.95,
    failing: 0.01,
    price: { input: 0.6, output: 2.5 },
  },
  {
    id: 'glm-5.2',
    ttft: 430,
    perToken: 12,
    tokens: 150,
    accuracy: 0.9,
    failing: 0,
    price: { input: 0.6, output: 2.2 },
  },
  {
    id: 'deepseek-v4-pro',
    ttft: 700,
    perToken: 14,
    tokens: 160,
    reasoning: 380,
    accuracy: 0.98,
    failing: 0.03,
    price: { input: 0.4, output: 1.7 },
  },
  {
    id: 'qwen3.5-small',
    ttft: 190,
    perToken: 5,
    tokens: 110,
    accuracy: 0.72,
    failing: 0,
    price: { input: 0.1, output: 0.4 },
  },
  {
    id: 'gpt-oss-flaky',
    ttft: 350,
    perToken: 8,
    tokens: 140,
    accuracy: 0.85,
    failing: 0.35,
    price: { input: 0.15, output: 0.6 },
  },
];

export interface SampleSize {
  prompts: number;
  repeats: number;
  seed?: string;
  route?: string;
  /** Names instead of the usual ones. */
  names?: readonly string[];
  /** Slowdown of all models from start to end: 1.5 is half as slow again. */
  drift?: number;
}

const mostAttempts = 2;

export const sampleStart = '2026-11-22T03:17:00.000Z';

/** Rows of an invented run: five models. One of them reasons, and one fails a lot. Deterministic for a seed. */
export function* sampleRows(size: SampleSize): Generator<RequestRow> {
  const { prompts, repeats, seed = 'sample', drift = 1.15 } = size;
  const random = seededRandom(seed);
  // The same prompts in every sample, whatever its seed.
  const chance = seededRandom('prompts');
  const weights = Array.from({ length: prompts }, () => Math.exp(0.5 * normal(chance)));
  const blocks = prompts * repeats;
  for (let block = 0; block < blocks; block++) {
    const prompt = block % prompts;
    for (const [place, model] of models.entries()) {
      const slow = weights[prompt]! * (1 + ((drift - 1) * block) / blocks);
      const at = Date.parse(sampleStart) + (block + place / 5) * 4000;
      const base = baseRow(size, {
        model,
        place,
        prompt,
        repeat: Math.floor(block / prompts) + 1,
        block,
        at,
      });
      let attempt = 1;
      while (attempt < mostAttempts && random() < model.failing)
        yield failed({ ...base, ...attemptCells(base, attempt++), final: false }, random);
      const last = { ...base, ...attemptCells(base, attempt) };
      yield random() < model.failing ? failed(last, random) : answered(last, model, slow, random);
    }
  }
}

interface Slot {
  model: SampleModel;
  place: number;
  prompt: number;
  repeat: number;
  block: number;
  at: number;
}

function baseRow(size: SampleSize, { model, place, prompt, repeat, block, at }: Slot): RequestRow {
  const row: Partial<RequestRow> = {
    run_id: '20261122T031700Z-sample',
    suite: 'support-triage',
    suite_hash: 'c0ffee'.repeat(10),
    route: size.route ?? 'compat',
    model: size.names?.[place] ?? model.id,
    model_id: `custom-ollama/${model.id}`,
    prompt_id: `ticket-${String(prompt + 1).padStart(2, '0')}`,
    phase: 'measure',
    repeat,
    block: block + 1,
    position: place + 1,
    attempt: 1,
    final: true,
    scheduled_at: new Date(at - 3).toISOString(),
    started_at: new Date(at).toISOString(),
    queue_ms: 3,
    connection_reused: block > 3,
    in_flight: 3,
    event_id: `0f3c9a1e-7b52-4d0a-9c41-${String(block * 10 + place).padStart(12, '0')}`,
    gateway_log_id: `01KAFG7R2M9QX4T8VZ5B${String(block * 10 + place).padStart(6, '0')}`,
    cf_ray: `9a1b7c3d${String(block * 10 + place).padStart(8, '0')}-FRA`,
  };
  return row as RequestRow;
}

const kinds = [
  {
    status: 'rate_limited',
    http_status: 429,
    error_family: 'provider',
    error_code: 'rate_limit',
    error_message: 'too many concurrent requests',
    retry_after_ms: 2000,
  },
  {
    status: 'error',
    http_status: 502,
    error_family: 'gateway',
    error_code: '2013',
    error_message: 'upstream provider failed to respond',
  },
  {
    status: 'timeout',
    error_family: 'client',
    error_code: 'first_token',
    error_message: 'no token within 60 s',
  },
] as const;

function attemptCells(
  { event_id: id }: RequestRow,
  attempt: number,
): Pick<RequestRow, 'attempt' | 'event_id'> {
  return { attempt, event_id: `${id}-${attempt}` };
}

function failed(base: RequestRow, random: Random): RequestRow {
  return { ...base, ...kinds[Math.floor(random() * kinds.length)]! };
}

function answered(base: RequestRow, model: SampleModel, slow: number, random: Random): RequestRow {
  const spread = (sigma: number): number => Math.exp(sigma * normal(random));
  const ttft = model.ttft * slow ** 0.5 * spread(0.25) * (random() < 0.02 ? 6 : 1);
  const answer = Math.max(2, Math.round(model.tokens * slow * spread(0.2)));
  const reasoning = model.reasoning === undefined ? 0 : Math.round(model.reasoning * slow * spread(0.3));
  const perToken = model.perToken * spread(0.1);
  const ttfat = ttft + reasoning * perToken;
  const e2e = ttfat + answer * perToken;
  const lagged = random() < 0.015;
  const passed = random() < model.accuracy;
  return {
    ...base,
    status: 'ok',
    http_status: 200,
    finish_reason: 'stop',
    lag_excluded: lagged ? ['ttft_ms'] : undefined,
    valid: true,
    connect_ms: base.connection_reused === true ? undefined : 2,
    ttft_ms: ttft,
    ttfat_ms: ttfat,
    reasoning_ms: reasoning > 0 ? ttfat - ttft : undefined,
    e2e_latency_ms: e2e,
    tpot_ms: perToken,
    output_tps: 1000 / perToken,
    prompt_tokens: 220,
    completion_tokens: answer + reasoning,
    reasoning_tokens: model.reasoning === undefined ? undefined : reasoning,
    total_tokens: 220 + answer + reasoning,
    cost_usd: (220 * model.price.input + (answer + reasoning) * model.price.output) / 1e6,
    passed,
    failed_checks: passed ? undefined : ['contains'],
    check_why: passed ? undefined : ['"14 days" is not in "Soon."'],
    answer_preview: 'The customer wants a refund; label: refund, urgency: 2.',
  };
}
