import { z } from 'zod';
import { headerName, headerValue } from '../suite/schema/gateway-schema.ts';

/** What later versions may add is kept. */
const known = z.looseObject;

const ms = z.number().min(0);
const natural = z.int().min(0).max(1_000_000_000);
const positive = z.int().min(1).max(1_000_000_000);
const share = z.number().min(0).max(1);
const name = z.string().min(1).max(1000);
const instant = z
  .string()
  .refine((text) => /^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(Date.parse(text)), {
    error: 'expected an instant such as 2026-11-22T03:17:00.000Z',
  });
const values = z.record(z.string(), z.json());

const model = known({
  id: name,
  model: name,
  params: values,
  concurrency: positive.optional(),
  price: known({
    input: z.number().min(0),
    output: z.number().min(0),
    cachedInput: z.number().min(0).optional(),
  }).optional(),
});

const prompt = known({
  id: name,
  tags: z.array(z.string()),
  messages: z.array(z.looseObject({ role: z.string(), content: z.json() })),
  params: values,
  checks: z.array(known({ type: name, not: z.boolean(), weight: z.number().min(0) })),
});

const run = known({
  repeat: positive,
  warmup: natural,
  order: z.enum(['blocks', 'sequential']),
  concurrency: positive.max(100_000),
  timeouts: known({ connectMs: ms, firstTokenMs: ms, idleMs: ms, totalMs: ms }),
  retry: known({ max: natural, backoffMs: z.tuple([ms, ms]), maxWaitMs: ms, outageMs: ms.optional() }),
  budget: known({
    requests: z.number().min(0).optional(),
    tokens: z.number().min(0).optional(),
    usd: z.number().min(0).optional(),
    minutes: z.number().min(0).optional(),
  }),
  answers: z.enum(['full', 'preview', 'none']),
  salt: z.enum(['none', 'prefix', 'suffix']).optional(),
  maxErrorRate: share,
  stop: known({
    when: z.literal('ci_half_width'),
    metric: name,
    ratio: z.number().positive(),
    maxRepeat: positive,
  }).optional(),
});

const threshold = known({
  metric: name,
  statistic: z.enum(['p50', 'p90', 'p95', 'p99', 'mean', 'geomean', 'ratio', 'rate', 'typical']),
  column: name,
  model: name.optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  strict: z.boolean(),
  line: natural,
});

const gateRule = known({
  maxRatio: z.number().positive().optional(),
  minRatio: z.number().positive().optional(),
  maxDrop: share.optional(),
  maxRise: share.optional(),
});

const suite = known({
  version: z.literal(1),
  name,
  description: z.string().optional(),
  tags: z.array(z.string()),
  gateway: known({
    route: name.optional(),
    auth: z.enum(['aig', 'bearer']),
    byokAlias: z.string().optional(),
    headers: z.record(headerName, headerValue),
    logPayload: z.boolean(),
    local: known({
      api: z.enum(['openai', 'native']),
      keepAlive: z.union([z.string(), z.number()]).optional(),
      numCtx: positive.optional(),
    }).optional(),
  }),
  models: z.array(model).min(1),
  prompts: z.array(prompt),
  run,
  thresholds: z.array(threshold),
  gate: known({
    window: positive,
    metrics: z.record(z.string(), gateRule),
    confirm: positive,
  }).optional(),
});

const loadedModels = z.array(known({ model: z.string() }));

/** Of `calibrate --save`, as far as it is shown with a run. */
const calibration = known({
  measured_at: instant,
  sentence: z.string(),
  levels: z.array(known({ streams: z.number() })),
});

/** `run.json`, which anybody may have written to since. */
export const manifestSchema = known({
  schema_version: z.literal(1),
  run_id: name,
  suite,
  suite_hash: name,
  ask_hash: name.optional(),
  suite_file: z.string(),
  seed: z.union([z.int(), z.string()]),
  routes: z.array(known({ route: name, host: z.string() })).min(1),
  shard: known({ index: positive, count: positive })
    .refine(({ index, count }) => index <= count, { error: 'its index is above its count' })
    .optional(),
  merged_from: z.array(known({ run_id: name, shard: z.string() })).optional(),
  planned_requests: natural,
  added_repeats: natural.optional(),
  versions: known({
    gatebench: z.string(),
    openai: z.string(),
    undici: z.string(),
    node: z.string(),
    node_flags: z.string().optional(),
  }),
  machine: known({
    platform: z.string(),
    arch: z.string(),
    cpu: z.string(),
    cpus: z.number(),
    memory_gib: z.number(),
  }),
  started_at: instant,
  ended_at: instant.optional(),
  status: z.enum(['running', 'complete', 'interrupted', 'budget', 'incomplete']),
  notes: z.array(known({ at: z.string(), text: z.string() })),
  loop_utilisation: share.optional(),
  calibration: calibration.optional(),
  local: known({
    version: z.string().optional(),
    before: loadedModels,
    after: loadedModels.optional(),
  }).optional(),
});
