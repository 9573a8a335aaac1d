import { cellName, modelIn, nameInList, type Names, namesOf, versions, waysOf } from '../plan/cell.ts';
import { mean } from '../stats/quantile.ts';
import { changeOf } from '../suite/revision/against.ts';
import { sameJson } from '../suite/hash.ts';
import type { Against, Suite } from '../suite/suite.ts';
import { type CellPair, pairsBy } from './cell-pairs.ts';
import type { CellSamples, Collected } from './collect.ts';
import { comparePairs, type CompareOptions } from './compare.ts';
import type { ComparedMetric } from './compared-metrics.ts';
import { explain, type Explanation } from './explain.ts';
import type { PromptSamples } from './prompt-samples.ts';
import type { PairRow } from './summary-columns.ts';

/** The effect of a suite change on one model, on one route, in one variant. */
export interface Change {
  /** Name for people, without the version. */
  readonly name: string;
  /** Now against before, by metric. Empty if nothing was measured in both. */
  readonly pairs: readonly PairRow[];
  /**
   * Share of answers that passed: a mean over the prompts that both have. Uses each version's own checks, or the
   * current ones.
   */
  readonly rates: readonly { by: 'own' | 'now'; before: number; now: number }[];
}

/** The effect of a suite change. */
export interface Changes extends Pick<Against, 'ref' | 'commit'> {
  readonly pairs: readonly PairRow[];
  readonly changes: readonly Change[];
  readonly explanations: readonly Explanation[];
}

/** In this order. Adds the rate by the current checks if some checks have changed. */
const answerMetrics = ['passed', 'passed_now'] as const;
const askMetrics = ['e2e_latency_ms', 'total_tokens'] as const;

/** Default metrics for comparing two versions. */
export const changeMetrics = (suite: Pick<Suite, 'prompts'>): ComparedMetric[] => [
  'passed',
  ...(suite.prompts.some((prompt) => changeOf(prompt).checks) ? (['passed_now'] as const) : []),
  ...askMetrics,
];

/** If checks have changed, both pass rates are always reported. */
function metricsOf(suite: Suite, asked: readonly ComparedMetric[] | undefined): readonly ComparedMetric[] {
  const usual = changeMetrics(suite);
  if (!asked) return usual;
  return asked.flatMap((metric) => (metric === 'passed' ? usual.filter((one) => isPassRate(one)) : [metric]));
}

const isPassRate = (metric: ComparedMetric): boolean =>
  (answerMetrics as readonly ComparedMetric[]).includes(metric);

/**
 * The current version against the previous one, for each model. Pass rates cover the prompts that are asked or checked
 * differently; times and tokens cover those that are asked differently. All of it is one family.
 */
export function compareVersions(
  collected: Collected,
  suite: Suite,
  options: CompareOptions = {},
): Omit<Changes, 'ref' | 'commit'> {
  const pairs = pairsBy('version', collected, versions);
  const differs = differencesIn(suite);
  const within = (metric: ComparedMetric, { a, b, ...labels }: CellPair): CellPair => {
    const isWanted = (id: string): boolean => differs(b, id)[isAnswered(metric) ? 'any' : 'asks'];
    return { ...labels, a: onPrompts(a, isWanted), b: onPrompts(b, isWanted) };
  };
  const found = comparePairs(
    pairs,
    { ...options, metrics: metricsOf(suite, options.metrics), within },
    `${collected.runId}/version`,
  );
  const ways = waysOf(collected.cells);
  return {
    pairs: found.map(({ row }) => row),
    changes: pairs.map((pair) => {
      const rows = found.filter((one) => one.pair === pair).map(({ row }) => row);
      return {
        name: nameInList(cellName(pair.b, ways), { version: 'now' }),
        pairs: rows,
        rates: answerMetrics.flatMap((metric) => {
          const rates = rows.some((row) => row.metric === metric)
            ? meanRates(within(metric, pair), metric)
            : undefined;
          return rates ? [{ by: metric === 'passed' ? 'own' : 'now', ...rates }] : [];
        }),
      };
    }),
    explanations: pairs.flatMap((pair) => explain(within('e2e_latency_ms', pair)) ?? []),
  };
}

/** On the prompts that both have. */
function meanRates(
  { a, b }: CellPair,
  metric: (typeof answerMetrics)[number],
): { before: number; now: number } | undefined {
  const rateOf = (samples: PromptSamples | undefined): number | undefined => {
    const count = metric === 'passed' ? samples?.passed : samples?.passedNow;
    return count && count.total > 0 ? count.hits / count.total : undefined;
  };
  const both = [...a.prompts].flatMap(([id, samples]) => {
    const [before, now] = [rateOf(samples), rateOf(b.prompts.get(id))];
    return before === undefined || now === undefined ? [] : [{ before, now }];
  });
  if (both.length === 0) return undefined;
  return { before: mean(both.map(({ before }) => before)), now: mean(both.map(({ now }) => now)) };
}

const isAnswered = (metric: ComparedMetric): boolean => isPassRate(metric) || metric === 'error_rate';

function onPrompts(cell: CellSamples, isWanted: (id: string) => boolean): CellSamples {
  return { ...cell, prompts: new Map([...cell.prompts].filter(([id]) => isWanted(id))) };
}

/** Whether a model is asked a prompt differently than before, or its answer is checked differently. */
function differencesIn(suite: Suite): (cell: Names, prompt: string) => { asks: boolean; any: boolean } {
  const changes = new Map(suite.prompts.map((prompt) => [prompt.id, changeOf(prompt)]));
  const isOther = ({ model: id, variant }: Names): boolean => {
    const model = suite.models.find((one) => one.id === id);
    if (!model) return false;
    const [before, now] = versions.map((version) => modelIn({ variant, version }, model, suite));
    return !sameJson([before!.model, before!.params], [now!.model, now!.params]);
  };
  const others = new Map<string, boolean>();
  return (cell, prompt) => {
    const { model, variant = '' } = namesOf(cell);
    const key = `${model}\n${variant}`;
    const other = others.get(key) ?? isOther(cell);
    others.set(key, other);
    const { asks = false, checks = false } = changes.get(prompt) ?? {};
    return { asks: asks || other, any: asks || checks || other };
  };
}
