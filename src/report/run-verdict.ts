import type { ModelSummary, PairRow } from '../analysis/summary-columns.ts';
import { count, oneLine } from '../base/text.ts';
import { cellName, dimensions, isPaired, listsBy, nameInList, severalIn, waysOf } from '../plan/cell.ts';
import { listName } from './first-line.ts';
import { listed } from './listed.ts';
import { atLeast, duration, percent, times, usd } from './number-text.ts';
import { isLowerBound, pairOf, ranked, rankedBy } from './ranking.ts';
import type { Report } from './run-report.ts';

/** Which model leads, by speed, pass rate and cost, in sentences that claim no more than the data show. */
export const verdict = (report: Report): string => told(report, leadersText);

/** Which model is fastest and why others are not ranked, if pass rate and cost are already shown. */
export const speedVerdict = (report: Report): string => told(report, () => '');

type Leaders = typeof leadersText;

function told({ run, models, pairs }: Report, leaders: Leaders): string {
  if (models.length === 0) return 'No model has a measured request.';
  const rows = ranked(models, run.success_floor);
  const inOrder = rows.filter(({ rank }) => rank !== undefined).map(({ model }) => model);
  const left = rows.filter(({ rank }) => rank === undefined).map(({ model }) => model);
  const named: Named = (model) => oneLine(cellName(model, run), 60);
  const reasons = left.map((model) => `${named(model)} (${whyUnranked(model, run.success_floor)})`);
  const unranked = reasons.length === 0 ? '' : ` Not ranked: ${listed(reasons)}.`;
  const pairBetween: PairBetween = (a, b) => pairOf(pairs, cellName(a, run), cellName(b, run));
  // One model on several routes: the comparison is between routes.
  const isOneModel = new Set(models.map(({ model }) => model)).size === 1;
  const several = severalIn({ ...waysOf(models), ...run });
  const parted = isOneModel ? several.filter((name) => !isPaired(name)) : several;
  if (parted.length === 0) return rankingSentence(inOrder, pairBetween, named, leaders) + unranked;
  const places = run.vantages ?? [];
  const byRoute = run.routes
    .flatMap((route) => models.filter((model) => model.route === route))
    .toSorted((a, b) => places.indexOf(a.vantage ?? '') - places.indexOf(b.vantage ?? ''));
  const sentences = listsBy(byRoute, parted).map(({ names, cells }) => {
    const here = inOrder.filter((model) => cells.includes(model));
    const nameHere: Named = (model) => oneLine(nameInList(cellName(model, run), names), 60);
    return `${listName(names) ?? ''}: ${rankingSentence(here, pairBetween, nameHere, leaders)}`;
  });
  return [
    `${sentences.join(' ')}${unranked}`,
    ...dimensions
      .filter(({ column }) => parted.includes(column.name))
      .map(({ question, column }) => `${question}: gatebench compare RUN --by ${column.name}.`),
  ].join(' ');
}

type Named = (model: ModelSummary) => string;
type PairBetween = (a: ModelSummary, b: ModelSummary) => PairRow | undefined;

function rankingSentence(
  models: readonly ModelSummary[],
  pairBetween: PairBetween,
  named: Named,
  leaders: Leaders,
): string {
  const [first, ...others] = models;
  if (!first) return 'No model is ranked.';
  const mayBeFirst = others.filter((other) => {
    const pair = pairBetween(first, other);
    return pair !== undefined && pair.verdict !== 'slower';
  });
  const speed = speedSentence(first, others, pairBetween, named);
  return `${speed} ${leaders(models, [first, ...mayBeFirst], named)}`.trimEnd();
}

function speedSentence(
  first: ModelSummary,
  others: readonly ModelSummary[],
  pairBetween: PairBetween,
  named: Named,
): string {
  const geomean = duration(first[rankedBy]);
  if (isLowerBound(first, rankedBy))
    return 'It is open which model is fastest: failed requests leave only lower bounds.';
  if (others.length === 0)
    return `${named(first)} has a geometric mean E2E latency of ${geomean}; no other model is ranked here.`;
  const relations = others.map((other) => ({
    other: named(other),
    pair: pairBetween(first, other),
  }));
  if (relations.some(({ pair }) => pair !== undefined)) return comparison(named(first), relations);
  const overtaker = others.find(
    (other) => isLowerBound(other, rankedBy) && other[rankedBy]! < first[rankedBy]!,
  );
  if (overtaker)
    return `${named(first)} has the lowest known geometric mean E2E latency (${geomean}), but that of ${named(overtaker)} is only known to be at least ${duration(overtaker[rankedBy])}; no comparison was made.`;
  return `${named(first)} has the lowest geometric mean E2E latency (${geomean}); no comparison was made.`;
}

interface Relation {
  other: string;
  /** The other one relative to the first. */
  pair: PairRow | undefined;
}

function comparison(first: string, relations: readonly Relation[]): string {
  const those = (word: string | undefined): string[] =>
    relations.filter(({ pair }) => pair?.verdict === word).map(({ other }) => other);
  const parts = [
    say(those('faster'), (list, are) => `${list} ${are} faster than ${first}`),
    say(
      those('not settled'),
      (list, _, each) => `not settled between ${first} and ${each}${list}${remedy(relations)}`,
    ),
    say(those('equal'), (list, are) => `${list} ${are} as fast as ${first} within the margin`),
    say(those(undefined), (list, are) => `${list} ${are} not compared with ${first}`),
  ].filter((part) => part !== '');
  if (parts.length === 0) return `${first} is the fastest by E2E latency: ${nearest(relations)}.`;
  const slower = say(those('slower'), (list, are) => `${list} ${are} slower than ${first}`);
  return `E2E latency: ${[...parts, slower].filter((part) => part !== '').join('; ')}.`;
}

/** What would settle everything that is not settled, if known. */
function remedy(relations: readonly Relation[]): string {
  const open = relations.filter(({ pair }) => pair?.verdict === 'not settled');
  const more = open.flatMap(({ pair }) => pair?.more_prompts ?? []);
  if (more.length < open.length) return '';
  const [least, most] = [Math.min(...more), Math.max(...more)];
  return least === most
    ? ` (${count(most, 'more prompt')} would probably settle it)`
    : ` (${count(least, 'more prompt')} would probably settle one of these, ${most.toLocaleString('en-US')} all of them)`;
}

/** How far behind the nearest rival is. */
function nearest(relations: readonly Relation[]): string {
  const ratio = ({ pair }: Relation): number => pair?.ratio ?? Infinity;
  const { other, pair } = [...relations].sort((a, b) => ratio(a) - ratio(b))[0]!;
  if (pair?.ratio === undefined)
    return say(
      relations.map((one) => one.other),
      (list, are) => `${list} ${are} slower`,
    );
  const interval =
    pair.ci_low !== undefined && pair.ci_high !== undefined
      ? ` (95 % interval ${times(pair.ci_low)} to ${times(pair.ci_high)})`
      : '';
  return `${other} takes ${times(pair.ratio)} as long${interval}${relations.length > 1 ? ', the others longer' : ''}`;
}

function say(
  models: readonly string[],
  sentence: (list: string, are: string, each: string) => string,
): string {
  if (models.length === 0) return '';
  return models.length === 1 ? sentence(models[0]!, 'is', '') : sentence(listed(models), 'are', 'each of ');
}

function whyUnranked({ error_rate = 0 }: ModelSummary, successFloor: number): string {
  if (1 - error_rate >= successFloor) return 'no latency measured';
  return `${percent(error_rate)} failed, ${percent(1 - successFloor)} allowed`;
}

/** Number of names that are worth reading. More are counted. */
const mostNamed = 3;

/**
 * Speed, pass rate and cost of the leaders: all that may be the fastest and, if they are others, the one that passed
 * most and the cheapest. A model is never praised for its speed alone. `first`: those that may be as fast as the
 * fastest. Figures are as measured: only verdicts say what is settled.
 */
export function leadersText(
  ranked: readonly ModelSummary[],
  first: readonly ModelSummary[],
  named: (model: ModelSummary) => string,
): string {
  const shown = first.slice(0, mostNamed);
  const more = first.length - shown.length;
  const [right, cheap] = [best(ranked, ({ pass_rate }) => pass_rate), best(ranked, cheapness)];
  const others = [
    { what: 'most passed', model: right },
    { what: 'cheapest', model: cheap },
  ].flatMap(({ what, model }) =>
    model && !shown.includes(model) ? [`${what}: ${figuresOf(model, named)}`] : [],
  );
  const items = [
    ...shown.map((model) => figuresOf(model, named)),
    ...(more > 0 ? [`${more} more that may be as fast`] : []),
    ...others,
  ];
  return `Speed, pass rate and cost: ${items.join('; ')}.`;
}

const cheapness = ({ cost_per_1k_requests_usd: cost }: ModelSummary): number | undefined =>
  cost === undefined ? undefined : -cost;

/** The one with the most. Of equals, the first in their order. Undefined if none has a value. */
function best(
  models: readonly ModelSummary[],
  worth: (model: ModelSummary) => number | undefined,
): ModelSummary | undefined {
  const known = models.filter((model) => worth(model) !== undefined);
  return known.reduce<ModelSummary | undefined>(
    (found, model) => (found === undefined || worth(model)! > worth(found)! ? model : found),
    undefined,
  );
}

function figuresOf(model: ModelSummary, named: (model: ModelSummary) => string): string {
  const { pass_rate: passed, cost_per_1k_requests_usd: cost } = model;
  const time = duration(model[rankedBy]);
  return [
    `${named(model)} ${isLowerBound(model, rankedBy) ? atLeast(time) : time}`,
    passed === undefined ? 'nothing checked' : `${percent(passed)} passed`,
    cost === undefined ? 'no price' : `${usd(cost)} per 1,000 requests`,
  ].join(', ');
}
