import type { Path } from '../fault.ts';
import { choices, quote } from '../nearest.ts';
import type { ThresholdSpec } from '../schema/verdict.ts';
import type { Model, Threshold } from '../suite.ts';
import { numberColumns, ratioColumns, shareColumns, statistics } from '../vocabulary.ts';
import type { Conflict } from './settings.ts';

type Statistic = Threshold['statistic'];

/** `p95(e2e_latency_ms)`, taken apart, or what is wrong with it. */
export function parseMetric(metric: string): { statistic: Statistic; column: string } | string {
  const [, word, column] = /^\s*([\w-]+)\s*\(\s*([\w-]*)\s*\)\s*$/.exec(metric) ?? [];
  if (word === undefined || column === undefined) {
    return `${quote(metric)} is not a statistic of a column, such as p95(e2e_latency_ms) or rate(passed)`;
  }
  const statistic = statistics.find((known) => known === word);
  if (!statistic) return `unknown statistic ${quote(word)}${choices(word, statistics)}`;
  const known = columnsOf(statistic);
  if (known.includes(column)) return { statistic, column };
  if (numberColumns.includes(column))
    return `${statistic}() takes ${known.join(' or ')}; ${quote(column)} is ${statistic === 'rate' ? 'a number' : 'no rate'}`;
  if ((shareColumns as readonly string[]).includes(column))
    return `${quote(column)} is true or false: write rate(${column})`;
  return `unknown column ${quote(column)}${choices(column, known)}`;
}

function columnsOf(statistic: Statistic): readonly string[] {
  if (statistic === 'rate') return shareColumns;
  return statistic === 'ratio' ? ratioColumns : numberColumns;
}

/** A threshold ready to be decided, or all that is wrong with it. `models` is absent when not all are known. */
export function toThreshold(
  { metric, model, min, max, strict }: ThresholdSpec,
  models: readonly Model[] | undefined,
  line: number,
): { threshold?: Threshold; conflicts: readonly Conflict[] } {
  const conflicts: Conflict[] = [];
  const parsed = parseMetric(metric);
  const complain = (path: Path, message: string): void => void conflicts.push({ path, message });
  if (typeof parsed === 'string') complain(['metric'], parsed);
  const ids = models?.map(({ id }) => id);
  if (model !== undefined && ids && !ids.includes(model)) {
    complain(['model'], `unknown model ${quote(model)}${choices(model, ids)}`);
  }
  if (min === undefined && max === undefined) complain([], 'needs "min" or "max"');
  if (min !== undefined && max !== undefined && min > max) complain(['min'], `is above max (${max})`);
  if (typeof parsed !== 'string') conflicts.push(...limitConflicts(parsed.statistic, { min, max }));
  if (typeof parsed === 'string' || conflicts.length > 0) return { conflicts };
  const threshold = {
    metric: `${parsed.statistic}(${parsed.column})`,
    ...parsed,
    ...(model === undefined ? {} : { model }),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    strict,
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
