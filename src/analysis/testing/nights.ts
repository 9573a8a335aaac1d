import type { HistoryRow } from '../history.ts';

const day = 24 * 3600 * 1000;

export const runIdOf = (night: number): string => `night-${String(night).padStart(2, '0')}`;
export const startOf = (night: number): string =>
  new Date(Date.UTC(2026, 10, 1, 3) + night * day).toISOString();

/** A line of the history; night 0 is the first of November. */
export function nightRow(
  night: number,
  model: string,
  value: number,
  cells: Partial<HistoryRow> = {},
): HistoryRow {
  return {
    kind: 'night',
    at: startOf(night),
    run_id: runIdOf(night),
    suite: 'nightly',
    suite_hash: 'hash',
    route: 'compat',
    model,
    metric: 'e2e_latency_ms',
    value,
    ci_low: undefined,
    ci_high: undefined,
    requests: 60,
    bound: undefined,
    reason: undefined,
    ask_hash: undefined,
    vantage: undefined,
    ...cells,
  };
}

/** One value per night and model. NaN leaves the night out. */
export function historyOf(
  models: Readonly<Record<string, readonly number[]>>,
  cells: Partial<HistoryRow> = {},
): HistoryRow[] {
  return Object.entries(models).flatMap(([model, values]) =>
    values.flatMap((value, night) => (Number.isNaN(value) ? [] : [nightRow(night, model, value, cells)])),
  );
}

/** A person's decision about a night, on the evening of another. */
export function decision(
  kind: 'accept' | 'drop' | 'pin',
  about: number,
  cells: Partial<HistoryRow> = {},
): HistoryRow {
  return {
    ...nightRow(about, '', NaN),
    kind,
    at: new Date(Date.parse(startOf(about)) + 100 * day).toISOString(),
    suite_hash: undefined,
    route: undefined,
    model: undefined,
    metric: undefined,
    value: undefined,
    requests: undefined,
    reason: 'a new version of the model',
    ...cells,
  };
}
