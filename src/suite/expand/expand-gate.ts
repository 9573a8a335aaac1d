import { gate as gateSchema, type GateSpec } from '../schema/verdict-schema.ts';
import type { GateRule, GateSettings } from '../suite.ts';
import { gateShares } from '../vocabulary.ts';
import type { Conflict } from './settings.ts';

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
