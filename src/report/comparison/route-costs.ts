import type { PairRow } from '../../analysis/summary-columns.ts';
import { measureOf } from './comparison-wording.ts';

/** What one route costs against another, model by model. */
export interface RouteTable {
  routeA: string;
  routeB: string;
  /** By model, then metric. */
  rows: readonly { model: string; pair: PairRow }[];
}

/** One table for each pair of routes. */
export function routeTables(pairs: readonly PairRow[]): RouteTable[] {
  const rows = pairs.map((pair) => ({ ...cellOf(pair.model_b), routeA: cellOf(pair.model_a).route, pair }));
  const groups = Map.groupBy(rows, ({ routeA, route }) => `${routeA}\n${route}`);
  return [...groups.values()].map((group) => {
    const models = [...new Set(group.map(({ model }) => model))];
    return {
      routeA: group[0]!.routeA,
      routeB: group[0]!.route,
      rows: models.flatMap((model) => group.filter((row) => row.model === model)),
    };
  });
}

/** The parts of `glm@compat`; no route has an `@` in its name. */
function cellOf(label: string): { model: string; route: string } {
  const at = label.lastIndexOf('@');
  return { model: label.slice(0, at), route: label.slice(at + 1) };
}

/** `TTFT, ms`: what a row is about, and the unit of its difference. */
export function rowTitle({ metric }: PairRow): string {
  const { label, unit } = measureOf(metric);
  return unit === '' || label.includes(unit) ? label : `${label}, ${unit}`;
}
