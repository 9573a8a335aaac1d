import { levelOf } from './expand-load.ts';
import type { Ms } from '../../base/clock.ts';
import type { Path } from '../fault.ts';
import { choices, nearest, quote } from '../nearest.ts';
import { resolved } from '../resolved.ts';
import type { GatewaySpec } from '../schema/gateway-schema.ts';
import { defaultTimeouts, type RunSpec } from '../schema/run-schema.ts';
import { gate as gateSchema, type GateSpec, type ThresholdSpec } from '../schema/verdict-schema.ts';
import type { GateSettings, GatewaySettings, Model, RunSettings, Threshold, Timeouts } from '../suite.ts';
import { rateForm } from '../../load/rate.ts';
import { gateShares, numberColumns, ratioColumns, shareColumns, statistics } from '../vocabulary.ts';

/** A contradiction between two fields that are each valid alone. */
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

/** Longest wait for a server that is away. A suite without retries does not wait either. */
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

/** Measurements have ratios; shares have drops and rises. */
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

type Statistic = Threshold['statistic'];

/** Common names for columns and statistics. */
const otherColumns: Readonly<Record<string, string>> = {
  latency: 'e2e_latency_ms',
  latency_ms: 'e2e_latency_ms',
  e2e: 'e2e_latency_ms',
  duration: 'e2e_latency_ms',
  duration_ms: 'e2e_latency_ms',
  time: 'e2e_latency_ms',
  total_ms: 'e2e_latency_ms',
  time_to_first_token: 'ttft_ms',
  itl: 'tpot_ms',
  tps: 'output_tps',
  tokens_per_second: 'output_tps',
  throughput: 'output_tps',
  speed: 'output_tps',
  cost: 'cost_usd',
  tokens: 'total_tokens',
  pass_rate: 'passed',
};
const otherStatistics: Readonly<Record<string, Statistic>> = {
  avg: 'mean',
  average: 'mean',
  median: 'p50',
  typical: 'geomean',
  share: 'rate',
};

/** `; did you mean "x"?`, by the word itself or by a common name for it. Lists the choices if none is near. */
function meant(word: string, known: readonly string[], elsewhere: Readonly<Record<string, string>>): string {
  const name = columnMeant(word, elsewhere);
  return name !== undefined && known.includes(name) ? `; did you mean ${quote(name)}?` : choices(word, known);
}

function columnMeant(word: string, elsewhere: Readonly<Record<string, string>>): string | undefined {
  const plain = word.toLowerCase().replaceAll('-', '_');
  return Object.hasOwn(elsewhere, plain) ? elsewhere[plain] : undefined;
}

/** How to write something that is not yet a statistic of a column: `p95_latency`, `ttft_ms`, `passed`. */
function asStatistic(metric: string): string {
  const plain = metric.trim().toLowerCase();
  if (/^error(?:s|_rate)?$/.test(plain))
    return 'the share of failed requests is limited by run.max_error_rate';
  const [, word = 'p95', name = plain] =
    /^(p\d\d|mean|avg|median|geomean|rate|ratio)[\s_:-]+([\w-]+)$/.exec(plain) ?? [];
  const columns = [...numberColumns, ...shareColumns];
  const column = columnMeant(name, otherColumns) ?? nearest(name, columns);
  if (column === undefined)
    return 'write a statistic of a column, such as p95(e2e_latency_ms) or rate(passed)';
  if ((shareColumns as readonly string[]).includes(column)) return `write rate(${column})`;
  return `write ${columnMeant(word, otherStatistics) ?? word}(${column})`;
}

/** Parses `p95(e2e_latency_ms)`, or explains what is wrong with it. `criteria`: also allowed in `rate()`. */
export function parseMetric(
  metric: string,
  criteria: readonly string[] = [],
): { statistic: Statistic; column: string } | string {
  const [, word, column] = /^\s*([\w-]+)\s*\(\s*([\w-]*)\s*\)\s*$/.exec(metric) ?? [];
  if (word === undefined || column === undefined) {
    return `${quote(metric)} is not a statistic of a column: ${asStatistic(metric)}`;
  }
  const statistic = statistics.find((known) => known === word);
  if (!statistic) return `unknown statistic ${quote(word)}${meant(word, statistics, otherStatistics)}`;
  const known = columnsOf(statistic);
  if (known.includes(column)) return { statistic, column };
  if (numberColumns.includes(column))
    return `${statistic}() takes ${known.join(' or ')}; ${quote(column)} is ${statistic === 'rate' ? 'a number' : 'no rate'}`;
  if ((shareColumns as readonly string[]).includes(column))
    return `${quote(column)} is true or false: write rate(${column})`;
  const choice = statistic === 'rate' ? [...known, ...criteria] : known;
  return `unknown column ${quote(column)}${meant(column, choice, otherColumns)}`;
}

function columnsOf(statistic: Statistic): readonly string[] {
  if (statistic === 'rate') return shareColumns;
  return statistic === 'ratio' ? ratioColumns : numberColumns;
}

/** A threshold ready to be decided, or all its faults. `models` is absent if not all are known. */
export function toThreshold(
  { metric, model, level, min, max, strict }: ThresholdSpec,
  models: readonly Model[] | undefined,
  line: number,
): { threshold?: Threshold; conflicts: readonly Conflict[] } {
  const conflicts: Conflict[] = [];
  const isAttainment = metric.trim() === 'attainment';
  const parsed = isAttainment ? ({ statistic: 'rate', column: 'good' } as const) : parseMetric(metric);
  const at = levelOf(level);
  const complain = (path: Path, message: string): void => void conflicts.push({ path, message });
  if (typeof parsed === 'string') complain(['metric'], parsed);
  const ids = models?.map(({ id }) => id);
  if (model !== undefined && ids && !ids.includes(model)) {
    complain(['model'], `unknown model ${quote(model)}${choices(model, ids)}`);
  }
  if (isAttainment && level === undefined) complain([], 'attainment belongs to a level: add level: 0.5/s');
  if (!isAttainment && level !== undefined) complain(['level'], 'goes with metric: attainment');
  if (level !== undefined && at === undefined) complain(['level'], `a rate is ${rateForm}`);
  if (isAttainment && min === undefined) complain([], 'attainment needs "min": the share that must be good');
  if (min === undefined && max === undefined && !isAttainment) complain([], 'needs "min" or "max"');
  if (min !== undefined && max !== undefined && min > max) complain(['min'], `is above max (${max})`);
  if (typeof parsed !== 'string') conflicts.push(...limitConflicts(parsed.statistic, { min, max }));
  if (typeof parsed === 'string' || conflicts.length > 0) return { conflicts };
  const threshold = {
    ...resolved({ model, level: at, min, max, strict }),
    ...parsed,
    metric: isAttainment ? 'attainment' : `${parsed.statistic}(${parsed.column})`,
    line,
  };
  return { threshold, conflicts };
}

function limitConflicts(statistic: Statistic, limits: Record<'min' | 'max', number | undefined>): Conflict[] {
  const highest = statistic === 'rate' ? 1 : Infinity;
  return Object.entries(limits).flatMap(([name, limit]) => {
    if (limit === undefined || (limit >= 0 && limit <= highest)) return [];
    const message =
      highest === 1 ? `a rate lies between 0 and 1, not at ${limit}` : `must be at least 0, not ${limit}`;
    return [{ path: [name], message }];
  });
}
