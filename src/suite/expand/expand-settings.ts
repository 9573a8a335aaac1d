import type { Ms } from '../../base/clock.ts';
import { defined } from '../../base/defined.ts';
import type { Path } from '../fault.ts';
import { defaultTimeouts, type RunSpec } from '../schema/run-schema.ts';
import type { SuiteSpec } from '../schema/suite-schema.ts';
import { gate as gateSchema, type GateSpec } from '../schema/verdict-schema.ts';
import type { GateRule, GateSettings, GatewaySettings, RunSettings, Timeouts } from '../suite.ts';
import { gateShares } from '../vocabulary.ts';

/** Something that two fields, each right by itself, get wrong together. */
export interface Conflict {
  readonly path: Path;
  readonly message: string;
}

export function toGateway({
  route,
  auth,
  byok_alias,
  headers,
  log_payload,
  local,
}: SuiteSpec['gateway']): GatewaySettings {
  return {
    ...(route === undefined ? {} : { route }),
    auth,
    ...(byok_alias === undefined ? {} : { byokAlias: byok_alias }),
    headers,
    logPayload: log_payload,
    ...(local === undefined
      ? {}
      : { local: { api: local.api, ...defined({ keepAlive: local.keep_alive, numCtx: local.num_ctx }) } }),
  };
}

export function gatewayConflicts({ local }: Pick<SuiteSpec['gateway'], 'local'>): Conflict[] {
  if (!local || local.api === 'native') return [];
  return (['keep_alive', 'num_ctx'] as const)
    .filter((name) => local[name] !== undefined)
    .map((name) => ({
      path: ['gateway', 'local', name],
      message: 'works with api: native alone; the OpenAI-compatible API ignores it',
    }));
}

/** Longest wait for a server that is away. Whoever wants no second try waits for nobody either. */
const defaultOutageMs: Ms = 60_000;

export function toRun({ timeouts, retry, budget, max_error_rate, stop, ...same }: RunSpec): RunSettings {
  const { repeat, warmup, order, concurrency, answers, salt } = same;
  return {
    repeat,
    warmup,
    order,
    concurrency,
    timeouts: toTimeouts(timeouts),
    retry: {
      max: retry.max,
      backoffMs: retry.backoff_ms,
      maxWaitMs: retry.max_wait_ms,
      outageMs: retry.outage_ms ?? (retry.max === 0 ? 0 : defaultOutageMs),
    },
    budget: Object.fromEntries(Object.entries(budget).filter(([, limit]) => limit !== undefined)),
    answers,
    ...(salt === 'none' ? {} : { salt }),
    maxErrorRate: max_error_rate,
    ...(stop
      ? { stop: { when: stop.when, metric: stop.metric, ratio: stop.ratio, maxRepeat: stop.max_repeat } }
      : {}),
  };
}

/** Defaults never exceed a total that the suite gives. */
function toTimeouts(given: RunSpec['timeouts']): Timeouts {
  const totalMs = given.total_ms ?? defaultTimeouts.total_ms;
  const part = (name: 'connect_ms' | 'first_token_ms' | 'idle_ms'): number =>
    given[name] ?? Math.min(defaultTimeouts[name], totalMs);
  return {
    connectMs: part('connect_ms'),
    firstTokenMs: part('first_token_ms'),
    idleMs: part('idle_ms'),
    totalMs,
  };
}

export function runConflicts({ timeouts, retry, repeat, stop }: RunSpec): Conflict[] {
  const conflicts: Conflict[] = [];
  const total = timeouts.total_ms ?? defaultTimeouts.total_ms;
  for (const name of ['connect_ms', 'first_token_ms', 'idle_ms'] as const) {
    if ((timeouts[name] ?? 0) <= total) continue;
    const origin = timeouts.total_ms === undefined ? ', its default' : '';
    conflicts.push({ path: ['run', 'timeouts', name], message: `is above total_ms (${total}${origin})` });
  }
  const [first, longest] = retry.backoff_ms;
  if (first > longest) {
    conflicts.push({
      path: ['run', 'retry', 'backoff_ms'],
      message: `the first back-off (${first}) is above the longest (${longest})`,
    });
  }
  if (stop && stop.max_repeat < repeat) {
    conflicts.push({ path: ['run', 'stop', 'max_repeat'], message: `is below run.repeat (${repeat})` });
  }
  return conflicts;
}

type RuleSpec = NonNullable<GateSpec['metrics'][string]>;

const ratioRules = ['max_ratio', 'min_ratio'] as const;
const shareRules = ['max_drop', 'max_rise'] as const;

export function toGate({ window, metrics, confirm }: GateSpec): GateSettings {
  const rules = Object.entries(metrics).flatMap(([name, rule]) =>
    rule ? [[name, toRule(rule)] as const] : [],
  );
  return { window, metrics: Object.fromEntries(rules), confirm };
}

function toRule({ max_ratio, min_ratio, max_drop, max_rise }: RuleSpec): GateRule {
  return {
    ...(max_ratio === undefined ? {} : { maxRatio: max_ratio }),
    ...(min_ratio === undefined ? {} : { minRatio: min_ratio }),
    ...(max_drop === undefined ? {} : { maxDrop: max_drop }),
    ...(max_rise === undefined ? {} : { maxRise: max_rise }),
  };
}

/** What a suite without a `gate:` part is judged by: the schema's defaults. */
export const defaultGate: GateSettings = toGate(gateSchema.parse({}));

/** Measurements have ratios, shares have drops and rises. */
export function gateConflicts({ metrics }: GateSpec): Conflict[] {
  if (Object.keys(metrics).length === 0)
    return [{ path: ['gate', 'metrics'], message: 'is empty; name what to watch' }];
  return Object.entries(metrics).flatMap(([name, rule]) => {
    const path = ['gate', 'metrics', name];
    const isShare = (gateShares as readonly string[]).includes(name);
    const [fitting, others] = isShare ? [shareRules, ratioRules] : [ratioRules, shareRules];
    const given = Object.entries(rule ?? {}).flatMap(([key, value]) => (value === undefined ? [] : [key]));
    if (given.length === 0) return [{ path, message: `needs ${fitting.join(' or ')}` }];
    return others
      .filter((key) => given.includes(key))
      .map((key) => ({ path: [...path, key], message: `${name} takes ${fitting.join(' and ')}` }));
  });
}
