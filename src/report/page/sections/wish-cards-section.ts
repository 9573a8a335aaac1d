import type { PairRow } from '../../../analysis/summary-columns.ts';
import { count } from '../../../base/text.ts';
import { duration, percent, times, usd } from '../../number-text.ts';
import { isLowerBound, rankedBy, successRate, turned } from '../../ranking.ts';
import { type Content, type Html, markup } from '../frame/html.ts';
import type { PageData, PageModel } from '../page-parts.ts';
import { modelName } from '../picture/picture-figure.ts';
import { paretoFront } from '../picture/scatter.ts';
import { severalIn, waysOf } from '../../../plan/cell.ts';
import { listed } from '../../listed.ts';
import { metricWords, type MetricWords, pointsInterval, ratioInterval, signedPoints } from '../sentences.ts';

/** One card per wish, with the model that fulfills it. */
export function wishCards(data: PageData): Html[] {
  // Figures from two places do not compare two models.
  const places = Map.groupBy(data.models, ({ summary }) => summary.vantage);
  return [
    ...metricWords.flatMap((words) => metricCards(data, words)),
    ...[...places].flatMap(([vantage, models]) => {
      const where = places.size > 1 && vantage !== undefined ? ` (${vantage})` : '';
      return [...balanced({ ...data, models }, where), ...cheapest({ ...data, models }, where)];
    }),
  ];
}

const card = (wish: string, models: readonly PageModel[], words: Content): Html =>
  markup`<div class="card">
    <h3>${wish}</h3>
    <p class="lead-models">${models.slice(0, 5).map(({ look }) => modelName(look))}</p>
    <p>${words}</p>
  </div>`;

/** The leader on a metric, on each route, and the models that share the lead. */
function metricCards(data: PageData, words: MetricWords): Html[] {
  const { wish } = words;
  const groups = data.groups.filter(({ metric }) => metric === words.metric);
  if (wish === undefined) return [];
  const several = severalIn(waysOf(groups));
  return groups.flatMap(({ ranking, ...group }) => {
    const models = ranking.flatMap(({ model, letters }) => {
      const found = data.models.find(({ look }) => look.label === model);
      return found && mayLead(found, words) ? [{ model: found, letters }] : [];
    });
    const [first, ...others] = models;
    if (!first) return [];
    const [letter = ''] = first.letters;
    const shared = others.filter(({ letters }) => letters.includes(letter)).map(({ model }) => model);
    // A card that names every model answers nothing.
    if (others.length > 0 && shared.length === others.length) return [];
    const lead: Lead = {
      words,
      first: first.model,
      shared,
      others: others.map(({ model }) => model),
      pairs: data.report.pairs.filter(({ metric }) => metric === words.metric),
    };
    const caveat = words.metric === 'passed' ? '' : qualityCaveat(data, first.model);
    const list = several.flatMap((name) => group[name] ?? []);
    const title = list.length > 0 ? `${wish} (${list.join(', ')})` : wish;
    return [card(title, [lead.first, ...lead.shared], `${leadWords(lead)}${caveat}`)];
  });
}

/** A model that fails too often does not lead in time, however fast its other answers are. */
const mayLead = ({ rank }: PageModel, { metric }: MetricWords): boolean =>
  metric === 'passed' || rank !== undefined;

interface Lead {
  words: MetricWords;
  first: PageModel;
  /** Models whose difference from the first is not settled. */
  shared: readonly PageModel[];
  /** All models ranked below it, including those. */
  others: readonly PageModel[];
  pairs: readonly PairRow[];
}

function leadWords({ words, first, shared, others, pairs }: Lead): string {
  const figure = figureOf(first, words.metric);
  if (others.length === 0) return `${figure}. No other model is ranked here.`;
  if (shared.length === 0) return `${figure}${rivalWords(first, others, pairs)}.`;
  const between = shared.map(({ look }) => pairOf(pairs, look.label, first.look.label));
  const names = listed([first, ...shared].map(({ look }) => look.name));
  if (between.every((pair) => pair?.verdict === 'equal'))
    return `${names} are equal within the margin. ${first.look.name}: ${figure.toLowerCase()}.`;
  const what = shared.length === 1 ? 'The difference' : 'Some difference';
  return `${what} between ${names} is not settled.${remedy(between)} ${first.look.name}: ${figure.toLowerCase()}.`;
}

function remedy(between: readonly (PairRow | undefined)[]): string {
  const open = between.filter((pair) => pair?.verdict === 'not settled');
  const more = open.flatMap((pair) => pair?.more_prompts ?? []);
  if (more.length === 0 || more.length < open.length || Math.max(...more) > 2000) return '';
  const [least, most] = [Math.min(...more), Math.max(...more)];
  return least === most
    ? ` About ${count(most, 'more prompt')} would settle it.`
    : ` About ${count(least, 'more prompt')} would settle one pair, ${most.toLocaleString('en-US')} all pairs.`;
}

/** Its lead over the nearest rival. */
function rivalWords(first: PageModel, others: readonly PageModel[], pairs: readonly PairRow[]): string {
  const [nearest] = others
    .flatMap(({ look }) => {
      const pair = pairOf(pairs, look.label, first.look.label);
      return pair ? [{ look, pair }] : [];
    })
    .sort((a, b) => distance(a.pair) - distance(b.pair));
  if (!nearest) return '';
  const { look, pair } = nearest;
  if (pair.difference !== undefined)
    return `, ${signedPoints(pair.difference)} points${pointsInterval(pair)} on the nearest, ${look.name}`;
  return `: ${times(pair.ratio)}${ratioInterval(pair.ci_low, pair.ci_high)} that of the nearest, ${look.name}`;
}

const distance = ({ difference, ratio }: PairRow): number =>
  Math.abs(difference ?? Math.log(ratio ?? Infinity));

/** The comparison of b against a, in whichever direction it was made. */
function pairOf(pairs: readonly PairRow[], a: string, b: string): PairRow | undefined {
  const found = pairs.find(({ model_a, model_b }) => model_a === a && model_b === b);
  if (found) return found;
  const other = pairs.find(({ model_a, model_b }) => model_a === b && model_b === a);
  return other && turned(other);
}

/** Speed is worth less if other models are right more often. */
function qualityCaveat({ report, models }: PageData, first: PageModel): string {
  const better = models.filter(({ look }) => {
    const pairs = report.pairs.filter(({ metric }) => metric === 'passed');
    return pairOf(pairs, first.look.label, look.label)?.verdict === 'better';
  });
  if (better.length === 0) return '';
  return ` But it passes fewer checks than ${listed(better.map(({ look }) => look.name))}.`;
}

function figureOf({ summary }: PageModel, metric: string): string {
  if (metric === 'passed') return `${percent(summary.pass_rate)} of the checked answers passed`;
  const column = `${metric}_geomean` as 'e2e_latency_ms_geomean';
  return `Geometric mean ${isLowerBound(summary, column) ? 'at least ' : ''}${duration(summary[column])}`;
}

/** The Pareto front of speed and checks. */
function balanced({ models }: PageData, where: string): Html[] {
  const points = models.flatMap((model) => {
    const { [rankedBy]: x, pass_rate: y } = model.summary;
    return x === undefined || y === undefined || model.rank === undefined ? [] : [{ x, y, model }];
  });
  if (points.length < 2) return [];
  const front = paretoFront(points, 'higher').map(({ model }) => model);
  if (front.length === points.length) return [];
  const [only] = front;
  const words =
    front.length === 1
      ? `By the figures alone, ${only!.look.name} is ahead of every other model on both.`
      : `By the figures alone, no other model is both faster and right more often. From fastest to right most often: ${listed(front.map(({ look }) => look.name))}.`;
  return [card(`Fast and right${where}`, front, words)];
}

/**
 * Prices are given, not measured, so the lowest cost needs no test. A model that fails too often does not count as
 * cheap.
 */
function cheapest(data: PageData, where: string): Html[] {
  const cost = ({ summary }: PageModel): number | undefined => summary.cost_per_1k_requests_usd;
  const [first, second] = data.models
    .filter((model) => cost(model) !== undefined)
    .filter(({ summary }) => (successRate(summary) ?? 0) >= data.report.run.success_floor)
    .sort((a, b) => cost(a)! - cost(b)!);
  if (!first || !second) return [];
  const words = `${usd(cost(first))} for 1,000 requests at the suite's prices; next is ${second.look.name} with ${usd(cost(second))}.`;
  return [card(`Cheapest${where}`, [first], `${words}${qualityCaveat(data, first)}`)];
}
