import { levelMetrics, type LevelMetric } from '../analysis/level-pairs.ts';
import type { LoadFigures } from '../analysis/load-figures.ts';
import type { PairRow } from '../analysis/summary-columns.ts';
import { count, oneLine } from '../base/text.ts';
import { fewestCompared } from '../load/design.ts';
import { listed } from './listed.ts';
import { openRange, times } from './number-text.ts';
import { levelText } from '../load/rate.ts';

type PairsUnderLoad = Pick<LoadFigures, 'load' | 'pairs'>;

/** Differences between models at each level, one sentence each, settled ones first. Empty if nothing is compared. */
export function levelPairLines({ load, pairs }: PairsUnderLoad): string[] {
  const limits = pairs.filter(({ level }) => level === undefined).map(limitSentence);
  const atLevels = pairs.filter(({ level }) => level !== undefined);
  const settled = atLevels.filter(isSettled).map((pair) => `${place(load, pair)}: ${difference(pair)}.`);
  return [
    ...limits,
    ...settled,
    ...openSentences(
      load,
      atLevels.filter((pair) => !isSettled(pair)),
    ),
  ];
}

const isSettled = ({ verdict }: PairRow): boolean => verdict !== 'not settled';

const place = (load: LoadFigures['load'], { level }: PairRow): string => `At ${levelText(load, level!)}`;

const name = (model: string): string => oneLine(model, 60);

/** `tail has 12.5 points fewer good requests than swift (95 %: 5.1 – 20)`. */
function difference(pair: PairRow): string {
  const [a, b] = [name(pair.model_a), name(pair.model_b)];
  if (pair.metric === 'attainment')
    return `${b} has ${points(Math.abs(pair.difference!))} points ${pair.difference! < 0 ? 'fewer' : 'more'} good requests than ${a} (95 %: ${sizeRange(pair)})`;
  const size = `${times(pair.ratio)} as ${pair.metric === 'answered_rps' ? 'many answers per second as' : 'long from due as'}`;
  return `${b} ${pair.metric === 'answered_rps' ? 'gives' : 'takes'} ${size} ${a} (95 %: ${ratioRange(pair)})`;
}

const points = (share: number): string => (100 * share).toFixed(1).replace(/\.0$/, '');

/** The size only: the words give its sign. */
function sizeRange({
  difference: value = 0,
  difference_ci_low: low,
  difference_ci_high: high,
}: PairRow): string {
  const end = (edge: number | undefined): string | undefined =>
    edge === undefined ? undefined : points(edge);
  const turned = (edge: number | undefined): string | undefined =>
    edge === undefined ? undefined : points(-edge);
  return value < 0 ? openRange(turned(high), turned(low)) : openRange(end(low), end(high));
}

const ratioRange = ({ ci_low: low, ci_high: high }: PairRow): string =>
  openRange(low?.toFixed(2), high?.toFixed(2));

function limitSentence({ verdict, model_a, model_b, ci_low: low, ci_high: high }: PairRow): string {
  const [a, b] = [name(model_a), name(model_b)];
  if (verdict === 'not settled')
    return `Which of ${a} and ${b} has the higher limit is not settled: the known ranges of the two limits overlap.`;
  const [more, less, ratio] = verdict === 'better' ? [b, a, low!] : [a, b, 1 / high!];
  return `${more}'s limit is surely higher than ${less}'s: at least ${ratio.toFixed(2)}× as high.`;
}

/** The open ones, one sentence per pair and metric. If no number of answers would settle one, also why. */
function openSentences(load: LoadFigures['load'], open: readonly PairRow[]): string[] {
  if (open.length === 0) return [];
  const groups = Map.groupBy(open, ({ metric, model_a, model_b }) => `${metric}\n${model_a}\n${model_b}`);
  const most = Math.max(...open.map(({ visits = 0 }) => visits));
  return [
    ...[...groups.values()].map((pairs) => {
      const { metric, model_a, model_b } = pairs[0]!;
      const levels = listed(pairs.map(({ level }) => levelText(load, level!)));
      return `Not settled at ${levels}: ${levelMetrics[metric as LevelMetric].what} of ${name(model_b)} against ${name(model_a)}.`;
    }),
    ...(most < fewestCompared
      ? [
          `${count(most, 'visit')} in pairs ${most === 1 ? 'settles' : 'settle'} no difference: ${fewestCompared} are the least, and 8 are better.`,
        ]
      : []),
  ];
}

/** How they were compared, for a note below. */
export const levelPairsNote =
  'compared by visits that met the same timetable: sign-flip test, corrected over all of them (Holm)';
