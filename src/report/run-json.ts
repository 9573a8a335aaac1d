import { type ListNames, namesOf } from '../plan/cell.ts';
import type { AnyRow, Column } from '../base/column.ts';
import type { CriterionPair } from '../analysis/quality/preferences.ts';
import { preferenceColumns, qualityColumns } from '../analysis/quality/quality-columns.ts';
import { modelColumns, pairColumns } from '../analysis/summary-columns.ts';
import { levelColumns, limitColumns } from '../analysis/level-columns.ts';
import type { Changes } from '../analysis/change.ts';
import type { Candidate, Choice } from '../analysis/choice.ts';
import type { Leads } from '../analysis/leads.ts';
import type { PromptCache } from '../analysis/influences/prompt-cache.ts';
import type { ServerTimes } from '../analysis/server-time-shares.ts';
import type { ThresholdResult } from '../analysis/thresholds.ts';
import { firstLine } from './first-line.ts';
import type { OutputFormat, RunFacts } from './run-report.ts';

/** For programs: `{ run, answer, models, warnings }`, with the columns of `models.csv` as keys. */
export const json: OutputFormat = {
  name: 'json',
  extension: '.json',
  limits: {
    fitsColumns: false,
    tabs: false,
    simulated: /"routes": \[\s+"demo"/,
    answer: (answer) => `"answer": ${JSON.stringify(answer)}`,
  },
  render: (report) => {
    const {
      run,
      quality,
      models,
      warnings,
      thresholds,
      failedChecks,
      serverTimes,
      promptCaches,
      load,
      places,
    } = report;
    return jsonText({
      run: runObject(run),
      answer: firstLine(report),
      leads: (report.leads ?? []).map(leadsObject),
      ...(report.change ? { change: changeObject(report.change) } : {}),
      ...(report.choices ? { choice: report.choices.map(choiceObject) } : {}),
      models: models.map((row) => rowObject(modelColumns, row)),
      ...(load
        ? {
            levels: load.levels.map((row) => rowObject(levelColumns, row)),
            limits: load.limits.map((row) => rowObject(limitColumns, row)),
            level_pairs: load.pairs.map((row) => rowObject(pairColumns, row)),
          }
        : {}),
      ...(quality
        ? {
            quality: quality.rows.map((row) => rowObject(qualityColumns, row)),
            preferences: quality.preferences.map((row) => rowObject(preferenceColumns, row)),
            quality_pairs: quality.pairs.map(criterionPairObject),
          }
        : {}),
      ...(thresholds ? { thresholds: thresholds.map(thresholdObject) } : {}),
      ...(report.causes ? { causes: report.causes } : {}),
      ...(failedChecks
        ? { failed_checks: failedChecks.map((kind) => ({ ...kind, why: kind.why ?? null })) }
        : {}),
      ...(places ? { places } : {}),
      ...(serverTimes ? { server_times: serverTimes.map(serverTimesObject) } : {}),
      ...(promptCaches ? { prompt_caches: promptCaches.map(promptCacheObject) } : {}),
      warnings,
    });
  },
};

/** Effect of a change of the suite on each model. Its pairs have the columns of `pairs.csv`. */
const changeObject = ({ ref, commit, changes }: Changes): Record<string, unknown> => ({
  ref,
  commit,
  changes: changes.map(({ name, pairs, rates }) => ({
    name,
    pairs: pairs.map((row) => rowObject(pairColumns, row)),
    pass_rates: rates,
  })),
});

/** The leader for each metric. Absent values are `null`. */
export function leadsObject({ leads, ...list }: Leads): Record<string, unknown> {
  return {
    ...listObject(list),
    leads: leads.map(({ metric, models, among, isEqual, morePrompts }) => ({
      metric,
      models,
      among,
      equal: isEqual,
      more_prompts: morePrompts ?? null,
    })),
  };
}

/** The dimensions that the cells of a list share. */
const listObject = ({ route, ...others }: ListNames): Record<string, unknown> => ({
  route: route ?? null,
  ...others,
});

/** The models that meet the need. Absent values are `null`. */
export function choiceObject({ need, candidates, lead, withheld, ...list }: Choice): Record<string, unknown> {
  const named = (word: Candidate['word']): string[] =>
    candidates.filter((one) => one.word === word).map(({ model }) => model);
  return {
    ...listObject(list),
    then: need.then.by === 'best' ? `best(${need.then.of})` : need.then.by,
    surely: named('surely'),
    open: named('open'),
    out: named('out'),
    first: lead?.models ?? null,
    withheld: withheld ?? null,
    candidates: candidates.map(({ model, word, limits, worth }) => ({
      model,
      word,
      worth: worth ?? null,
      limits: limits.map(({ limit, ...found }) => ({
        metric: limit.metric,
        min: limit.min ?? null,
        max: limit.max ?? null,
        verdict: found.verdict,
        value: found.point ?? null,
        ci_low: found.low ?? null,
        ci_high: found.high ?? null,
        basis: found.basis ?? null,
        more_prompts: found.morePrompts ?? null,
        more_labels: found.moreLabels ?? null,
        reason: found.reason ?? null,
      })),
    })),
  };
}

function criterionPairObject({ criterion, basis, judge, ...pair }: CriterionPair): Record<string, unknown> {
  return { criterion, basis, judge: judge ?? null, ...rowObject(pairColumns, pair) };
}

/** A threshold for one model. Absent values are `null`. */
export function thresholdObject(result: ThresholdResult): Record<string, unknown> {
  const { threshold, verdict, value, ciLow, ciHigh, reason } = result;
  return {
    metric: threshold.metric,
    ...namesOf(result),
    min: threshold.min ?? null,
    max: threshold.max ?? null,
    strict: threshold.strict,
    verdict,
    value: value ?? null,
    ci_low: ciLow ?? null,
    ci_high: ciHigh ?? null,
    reason: reason ?? null,
    line: threshold.line,
  };
}

/** For JSON, which knows no absent or infinite numbers: they are `null`. */
export const rounded = (value: number | undefined, decimals = 6): number | null =>
  value === undefined || !Number.isFinite(value) ? null : Number(value.toFixed(decimals));

function promptCacheObject(cache: PromptCache): Record<string, unknown> {
  return {
    ...namesOf(cache),
    cached_share: rounded(cache.cached_share),
    repeated_prompts: cache.repeated_prompts ?? null,
    first_ttft_ms: rounded(cache.first_ttft_ms, 3),
    later_ttft_ms: rounded(cache.later_ttft_ms, 3),
  };
}

/** Three decimals, like durations in the CSV. `null` if not reported. */
function serverTimesObject(times: ServerTimes): Record<string, unknown> {
  const ms = (value: number | undefined): number | null => rounded(value, 3);
  return {
    ...namesOf(times),
    answers: times.answers,
    load_ms: ms(times.load_ms),
    prompt_eval_ms: ms(times.prompt_eval_ms),
    eval_ms: ms(times.eval_ms),
    server_queue_ms: ms(times.server_queue_ms),
    network_ms: ms(times.network_ms),
    cold_loads: times.cold_loads,
    cold_load_ms: ms(times.cold_load_ms),
  };
}

/**
 * Every column as a key, in order. Absent values and non-numbers are `null`. Numbers have the decimals of the CSV, so
 * that both files agree.
 */
export function rowObject(columns: readonly Column[], row: AnyRow): Record<string, unknown> {
  const ofRow = columns.filter(({ kind }) => kind !== 'check');
  return Object.fromEntries(ofRow.map((column) => [column.name, cell(column, row[column.name])]));
}

function cell({ decimals }: Column, value: AnyRow[string]): unknown {
  if (typeof value !== 'number' || decimals === undefined) return value ?? null;
  return Number(value.toFixed(decimals));
}

/** Optional fields are `null`, so that the keys are always the same. */
export function runObject(run: RunFacts): Record<string, unknown> {
  return {
    ...run,
    description: run.description ?? null,
    ended_at: run.ended_at ?? null,
    machine: run.machine ?? null,
  };
}

/** Indented, with a final newline, and without characters that a terminal would obey. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`.replace(
    /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
