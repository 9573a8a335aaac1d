import type { Ms } from '../../base/clock.ts';
import type { Path } from '../fault.ts';
import { defaultTimeouts, type RunSpec } from '../schema/run-schema.ts';
import type { GatewaySpec } from '../schema/gateway-schema.ts';
import { gate as gateSchema, type GateSpec } from '../schema/verdict-schema.ts';
import { resolved } from '../resolved.ts';
import type { GateSettings, GatewaySettings, RunSettings, Timeouts } from '../suite.ts';
import { gateShares } from '../vocabulary.ts';

/** Something that two fields, each right by itself, get wrong together. */
export interface Conflict {
  readonly path: Path;
  readonly message: string;
}

export function toGateway({ local, ...own }: GatewaySpec): GatewaySettings {
  return { ...resolved(own), ...(local ? { local: resolved(local) } : {}) };
}

export function gatewayConflicts({ local }: Pick<GatewaySpec, 'local'>): Conflict[] {
  if (!local || local.api === 'native') return [];
  return (['keep_alive', 'num_ctx'] as const)
    .filter((name) => local[name] !== undefined)
    .map((name) => ({
      path: ['gateway', 'local', name],
      message: 'works only with api: native; the OpenAI-compatible API ignores it',
    }));
}

/** Longest wait for a server that is away. Whoever wants no second try waits for nobody either. */
const defaultOutageMs: Ms = 60_000;

export function toRun({ timeouts, retry, budget, salt, stop, ...own }: RunSpec): RunSettings {
  return {
    ...resolved(own),
    timeouts: toTimeouts(timeouts),
    retry: { outageMs: retry.max === 0 ? 0 : defaultOutageMs, ...resolved(retry) },
    budget: resolved(budget),
    ...(salt === 'none' ? {} : { salt }),
    ...(stop ? { stop: resolved(stop) } : {}),
  };
}

/** Defaults never exceed a total that the suite gives. */
function toTimeouts(given: RunSpec['timeouts']): Timeouts {
  const total_ms = given.total_ms ?? defaultTimeouts.total_ms;
  const { connect_ms, first_token_ms, idle_ms } = defaultTimeouts;
  const atMost = (part: Ms): Ms => Math.min(part, total_ms);
  const defaults = {
    connect_ms: atMost(connect_ms),
    first_token_ms: atMost(first_token_ms),
    idle_ms: atMost(idle_ms),
    total_ms,
  };
  return { ...resolved(defaults), ...resolved(given) };
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

const ratioRules = ['max_ratio', 'min_ratio'] as const;
const shareRules = ['max_drop', 'max_rise'] as const;

export function toGate({ metrics, ...own }: GateSpec): GateSettings {
  const rules = Object.entries(metrics).flatMap(([name, rule]) =>
    rule ? [[name, resolved(rule)] as const] : [],
  );
  return { ...resolved(own), metrics: Object.fromEntries(rules) };
}

/** The gate of a suite without a `gate:` part: the schema's defaults. */
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
