import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { oneLine } from '../base/text.ts';
import { UserError } from '../base/user-error.ts';
import { labelPattern, labelValuePattern, vantagePattern } from '../plan/vantage.ts';
import { suiteHash } from '../suite/hash.ts';
import { headerName, headerValue } from '../suite/schema/gateway-schema.ts';
import type { Suite } from '../suite/suite.ts';
import type { LoadedModel } from '../wire/local-ollama.ts';
import { localDisk, type Disk } from './disk.ts';
import { readIfThere, runFiles, writeWhole } from './run-folder.ts';

/** Fields of later versions are kept. */
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

/** As in the revision that the run compares with. */
const earlierParams = known({ params: values }).optional();

const asked = known({ id: name, question: z.string(), reference: z.string().optional() });

const messages = z.array(z.looseObject({ role: z.string(), content: z.json() }));

const saidAndChecked = {
  messages,
  variants: z.record(z.string(), messages).optional(),
  params: values,
  answer: z.array(z.json()).optional(),
  checks: z.array(known({ type: name, not: z.boolean(), weight: z.number().min(0) })),
};

const prompt = known({
  id: name,
  tags: z.array(z.string()),
  ...saidAndChecked,
  criteria: z.array(asked).optional(),
  before: known(saidAndChecked).optional(),
});

const quality = known({
  judges: z.array(
    model.extend({ route: name.optional(), reply: z.enum(['line', 'json']), concurrency: positive }),
  ),
  criteria: z.array(
    known({
      id: name,
      kind: z.enum(['ask', 'prefer']),
      question: z.string(),
      reference: z.string().optional(),
      verdicts: z.record(z.string(), share),
      show: z.array(z.string()),
      against: name.optional(),
    }),
  ),
  budget: known({
    requests: z.number().min(0).optional(),
    tokens: z.number().min(0).optional(),
    usd: z.number().min(0).optional(),
  }),
  need: known({
    limits: z.array(known({ metric: name, min: z.number().optional(), max: z.number().optional() })),
    then: known({ by: z.enum(['cheapest', 'fastest', 'best']), of: name.optional() }),
  }).optional(),
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
    otel: z.boolean().optional(),
    local: known({
      api: z.enum(['openai', 'native']),
      keepAlive: z.union([z.string(), z.number()]).optional(),
      numCtx: positive.optional(),
    }).optional(),
  }),
  models: z.array(model.extend({ before: known({ model: name, params: values }).optional() })).min(1),
  variants: z.array(known({ id: name, params: values, before: earlierParams })).optional(),
  against: known({
    ref: z.string(),
    commit: z.string().regex(/^[0-9a-f]{40,64}$/),
    path: name,
    unchanged: natural,
    added: z.array(z.string()),
    removed: z.array(z.string()),
  }).optional(),
  prompts: z.array(prompt),
  quality: quality.optional(),
  run,
  load: z.looseObject({ mode: name }).optional(),
  thresholds: z.array(threshold),
  gate: known({
    window: positive,
    metrics: z.record(z.string(), gateRule),
    confirm: positive,
  }).optional(),
});

const loadedModels = z.array(known({ model: z.string() }));

const vantage = z.string().regex(vantagePattern);
const labels = z.record(z.string().regex(labelPattern), z.string().regex(labelValuePattern));

const spread = known({ n: z.number(), p99: z.number().optional(), max: z.number() });

/** From `calibrate --save`: the fields that are shown with a run, or decide whether its clock is proven. */
const calibration = known({
  measured_at: instant,
  sentence: z.string(),
  levels: z.array(
    known({
      ...{ streams: z.number(), failed: z.number(), loop_utilisation: z.number() },
      ...{ ttft_error_ms: spread, arrival_error_ms: spread },
      bound: known({ rows: z.number(), held: z.number(), broken_elsewhere: z.number() }),
    }),
  ),
});

/** One of those that sent a run's requests. */
export const workerSchema = known({
  name: z.string(),
  vantage: vantage.optional(),
  version: z.string(),
  concurrency: positive,
  calibration: calibration.optional(),
});

/** `run.json`, which may have been edited since. */
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
  merged_from: z
    .array(
      known({
        run_id: name,
        shard: z.string(),
        vantage: vantage.optional(),
        seed: z.union([z.int(), z.string()]).optional(),
        labels: labels.optional(),
        added_repeats: natural.optional(),
      }),
    )
    .optional(),
  vantages: z.array(vantage).min(1).optional(),
  labels: labels.optional(),
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
  workers: z.array(workerSchema).optional(),
  sent_here: z.boolean().optional(),
  local: known({
    version: z.string().optional(),
    before: loadedModels,
    after: loadedModels.optional(),
  }).optional(),
});

export type RunStatus = 'running' | 'complete' | 'interrupted' | 'budget' | 'incomplete';

/** `run.json`: everything about a run except its rows. No secrets, no account. */
export interface Manifest {
  schema_version: 1;
  run_id: string;
  suite: Suite;
  suite_hash: string;
  /** Hash of what was asked and of which models. Absent in runs of older versions. */
  ask_hash?: string;
  /** File name of the suite, without its folder. */
  suite_file: string;
  seed: number;
  routes: { route: string; host: string }[];
  /** One part of a run: every `count`-th prompt from `index`, 1-based. `suite` is still the whole suite. */
  shard?: { index: number; count: number };
  /** The runs that were merged into this one. */
  merged_from?: {
    run_id: string;
    shard: string;
    /** The place of a merged run, and the fields specific to it. Absent if no place was named. */
    vantage?: string;
    seed?: number;
    labels?: Record<string, string>;
    added_repeats?: number;
  }[];
  /** Names of the places that its requests were sent from. A merged run has several. Absent: none was given. */
  vantages?: string[];
  /** Labels of the run: `--label key=value`. */
  labels?: Record<string, string>;
  planned_requests: number;
  /** Repeats that the stopping rule added to those of the suite. Absent without such a rule. */
  added_repeats?: number;
  versions: { gatebench: string; openai: string; undici: string; node: string; node_flags?: string };
  machine: { platform: string; arch: string; cpu: string; cpus: number; memory_gib: number };
  started_at: string;
  ended_at?: string;
  status: RunStatus;
  /** Events during the run: a model switched off, its concurrency lowered, a budget reached. */
  notes: { at: string; text: string }[];
  /** Share of the time in which the event loop was busy, 0 to 1. Above 0.6 the timing is not sound. */
  loop_utilisation?: number;
  /**
   * This machine was too busy to measure. Lists the metrics that our own lag makes unusable in more than a quarter of a
   * model's answers, with their share. Absent if it was not too busy.
   */
  too_busy?: {
    metrics: { model: string; route: string; vantage?: string; metric: string; share: number }[];
    loop_utilisation?: number;
  };
  calibration?: unknown;
  /** The workers of the run, with what is known of their clocks. Absent if the run sent its own requests. */
  workers?: { name: string; vantage?: string; version: string; concurrency: number; calibration?: unknown }[];
  /** Whether this machine sent, too, in a run that has workers. Absent: no in a run with workers, yes in another. */
  sent_here?: boolean;
  /**
   * A local Ollama and the models in its memory before the first request and after the last. Absent on other routes.
   */
  local?: { version?: string; before: LoadedModel[]; after?: LoadedModel[] };
}

export function describeMachine(): Manifest['machine'] {
  const processors = cpus();
  return {
    platform: process.platform,
    arch: process.arch,
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cpus: processors.length,
    memory_gib: Math.round(totalmem() / 2 ** 30),
  };
}

export async function writeManifest(
  folder: string,
  manifest: Manifest,
  disk: Disk = localDisk,
): Promise<void> {
  await writeWhole(join(folder, runFiles.manifest), `${JSON.stringify(manifest, null, 2)}\n`, disk);
}

/** Maximum number of faults that are named. */
const mostFaults = 5;

/** Throws a UserError if the file is missing, damaged, not a manifest, or of an unknown version. */
export async function readManifest(folder: string): Promise<Manifest> {
  const path = join(folder, runFiles.manifest);
  const text = await readIfThere(path);
  if (text === undefined) throw new UserError(`${folder} is not a run: it has no ${runFiles.manifest}.`);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${path} is damaged: ${oneLine((error as Error).message, 200)}`);
  }
  const version = (json as { schema_version?: unknown } | null)?.schema_version;
  if (version !== 1)
    throw new UserError(
      `${path} has ${version === undefined ? 'no schema version' : `schema version ${oneLine(JSON.stringify(version), 60)}`}; ` +
        'this gatebench reads version 1.',
    );
  const parsed = checked(json, path);
  if (parsed.success) return parsed.data as unknown as Manifest;
  const faults = parsed.error.issues.slice(0, mostFaults).map((issue) => {
    const place = issue.path.map(String).join('.');
    return `  ${oneLine(place, 200) || '(top)'}: ${oneLine(issue.message, 200)}`;
  });
  throw new UserError(
    [`${path} was changed or damaged after gatebench wrote it:`, ...faults].join('\n') +
      '\nRestore the original file.',
  );
}

/** Values may be nested too deeply for the stack. */
function checked(json: unknown, path: string): ReturnType<typeof manifestSchema.safeParse> {
  try {
    return manifestSchema.safeParse(json);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UserError(`${path} is damaged: its values are nested too deep`);
  }
}

/**
 * Throws a UserError if the suite inside is not the one that the run was made from. Call it before sending by the suite
 * or comparing its figures: its prompts, hosts and headers are sent with the user's token.
 */
export function assertUnedited(folder: string, { suite, suite_hash }: Manifest): void {
  const now = suiteHash(suite);
  if (now === suite_hash) return;
  throw new UserError(
    `${join(folder, runFiles.manifest)}: the suite in it was changed after the run began, so it is not used:\n` +
      `  the run's suite     ${oneLine(suite_hash, 80)}\n  the one in it now   ${now}\n` +
      'Restore the original file, or start a new run.',
  );
}
