import type { Lead, LeadMetric, Leads } from '../analysis/leads.ts';
import type { ModelSummary } from '../analysis/summary-columns.ts';
import { count, oneLine } from '../base/text.ts';
import { cellName, dimensions, isSameList, type ListNames, listsBy, nameInList } from '../plan/cell.ts';
import { changeLine } from './change-words.ts';
import { briefLead, choiceInBrief, choiceSentence, type Named, type Names } from './choice-words.ts';
import { listed } from './listed.ts';
import { loadLine } from './load-line.ts';
import { atLeast, duration, percent, usd } from './number-text.ts';
import { isLowerBound, rankedBy } from './ranking.ts';
import { isSimulated, type Report } from './run-report.ts';

/**
 * The answer to "which model should this job use?" in one sentence: the first line of every view. It includes speed,
 * pass rate and cost, so that no model is praised for only one of them. A model is named as leading only if the data
 * show it. `about`: the model of this line, if each model has its own.
 */
export function firstLine(report: Report, about?: string): string {
  const { run, leads = [], load, change } = report;
  if (load) return isSimulated(run) ? `Simulated models: ${loadLine(load)}.` : `${capital(loadLine(load))}.`;
  if (change) return `${isSimulated(run) ? 'Simulated models: this' : 'This'} ${changeLine(change)}.`;
  const lines =
    (run.vantages?.length ?? 0) > 1
      ? acrossPlaces(leads, report)
      : leads.map((one) => withName(one, groupSentence(one, report)));
  const [only] = lines;
  const said =
    only === undefined
      ? `nothing is sure: ${report.models.length === 0 ? 'no model has a measured request' : 'the models were not compared'}`
      : lines.join('; ');
  const text = about === undefined ? said : `${oneLine(about, 60)}: ${said}`;
  return isSimulated(run) ? `Simulated models: ${text}.` : `${capital(text)}.`;
}

const withName = (list: ListNames, sentence: string): string => {
  const name = listName(list);
  return name === undefined ? sentence : `${name}: ${sentence}`;
};

/** Starts with what holds in most places, with their number. Figures differ by place and are in its table. */
function acrossPlaces(leads: readonly Leads[], report: Report): string[] {
  const names = dimensions.map(({ column }) => column.name).filter((name) => name !== 'vantage');
  return listsBy(leads, names).map(({ names: list, cells: own }) => {
    const said = Map.groupBy(own, (one) => groupSentence(brief(one), report, true));
    const parts = [...said]
      .sort(([, a], [, b]) => b.length - a.length)
      .map(([sentence, where]) => {
        const places = where.flatMap(({ vantage }) => vantage ?? []);
        return places.length === own.length
          ? `in ${own.length === 2 ? 'both' : `all ${own.length}`} places ${sentence}`
          : places.length > 1
            ? `in ${places.length} of ${own.length} places ${sentence}`
            : `from ${oneLine(places[0] ?? '', 40)} ${sentence}`;
      });
    return withName(list, parts.join('; '));
  });
}

const brief = ({ leads, ...list }: Leads): Leads => ({
  ...list,
  leads: leads.map(briefLead),
});

/** Our own names keep their spelling at the beginning of a sentence. */
const capital = (text: string): string =>
  text.replace(
    /^(?:nothing|in|one of|all|which|no model|the model) /,
    (word) => word.charAt(0).toUpperCase() + word.slice(1),
  );

interface Words {
  /** Where a single model leads. */
  readonly leads: string;
  /** Where several are equal. */
  readonly equal: string;
  /** Where it is open. */
  readonly question: string;
}

const words: Readonly<Record<LeadMetric, Words>> = {
  e2e_latency_ms: {
    leads: 'is the fastest',
    equal: 'are equally fast',
    question: 'which is fastest',
  },
  passed: {
    leads: 'passes the most',
    equal: 'pass equally often',
    question: 'which passes the most',
  },
  cost_usd: {
    leads: 'costs the least',
    equal: 'cost the same',
    question: 'which costs the least',
  },
};

/** If the suite says what the job needs, which models meet it. Otherwise which lead in what. */
function groupSentence(leads: Leads, report: Report, isBrief = false): string {
  const names = isBrief ? { ...namesIn(report, leads), figuresOf: () => '' } : namesIn(report, leads);
  const choice = report.choices?.find((one) => isSameList(one, leads));
  if (choice === undefined) return leadsSentence(leads, report, names);
  if (choice.withheld === undefined) return (isBrief ? choiceInBrief : choiceSentence)(choice, names);
  return `${leadsSentence(leads, report, names)}; quality.need sets no limit on quality, so nothing is chosen`;
}

/** The route, variant, and vantage of a list. Undefined if the whole run is one list. */
export function listName(list: ListNames): string | undefined {
  const names = dimensions.flatMap(({ column }) => list[column.name] ?? []);
  return names.length === 0 ? undefined : names.map((name) => oneLine(name, 60)).join(', ');
}

/** Names as in their list: without the parts that all of it have in common. */
export function namesIn(report: Report, list: ListNames): Names {
  const named: Named = (label) => oneLine(nameInList(label, list), 60);
  const figures = figuresByLabel(report);
  return { named, figuresOf: (label) => ` (${figures.get(label) ?? 'no figures'})` };
}

function leadsSentence({ leads }: Leads, report: Report, { named, figuresOf }: Names): string {
  const rivals = leads.filter(({ among }) => among > 1);
  if (rivals.length === 0) {
    const [only] = leads.flatMap(({ models }) => models);
    return only === undefined
      ? 'nothing is sure: no model answered often enough to be ranked'
      : `nothing to choose: ${named(only)}${figuresOf(only)} is the only model that answered often enough`;
  }
  if (report.run.order === 'sequential')
    return 'nothing is sure: the models did not take turns (order: sequential), so they are not compared';
  const isOpen = ({ models, among, isEqual }: Lead): boolean => models.length === among && !isEqual;
  const open = rivals.filter(isOpen);
  if (open.length === rivals.length) return `nothing is sure: ${openWords(open)}`;
  const known = rivals.filter((lead) => !isOpen(lead));
  const alone = Map.groupBy(
    known.filter(({ models }) => models.length === 1),
    ({ models }) => models[0]!,
  );
  return [
    ...[...alone].map(
      ([label, ours]) =>
        `${named(label)} ${listed(ours.map(({ metric }) => words[metric].leads))}${figuresOf(label)}`,
    ),
    ...known.filter(({ models }) => models.length > 1).map((lead) => sharedWords(lead, named)),
    ...(open.length === 0 ? [] : [openWords(open)]),
  ].join('; ');
}

/** Several that may lead, or that are equal. */
function sharedWords(
  { metric, models, among, isEqual, morePrompts }: Lead<LeadMetric>,
  named: Named,
): string {
  const { leads, equal } = words[metric];
  if (isEqual && models.length === among) return `all ${equal}`;
  const names = listed(models.map(named));
  return isEqual
    ? `${names} ${equal}, ahead of the others`
    : `one of ${names} ${leads}${remedy([morePrompts])}`;
}

/** Metrics that are not known for any model. */
function openWords(open: readonly Lead<LeadMetric>[]): string {
  const are = open.length === 1 ? 'is' : 'are';
  return `${listed(open.map(({ metric }) => words[metric].question))} ${are} open${remedy(open.map(({ morePrompts }) => morePrompts))}`;
}

/** Whether it is known for all. */
function remedy(more: readonly (number | undefined)[]): string {
  if (more.includes(undefined)) return '';
  return ` (${count(Math.max(...more.map(Number)), 'more prompt')} would probably settle ${more.length === 1 ? 'it' : 'all'})`;
}

function figuresByLabel({ run, models }: Report): Map<string, string> {
  return new Map(models.map((model) => [cellName(model, run), figuresText(model)]));
}

function figuresText(model: ModelSummary): string {
  const { pass_rate: passed, cost_per_1k_requests_usd: cost } = model;
  const time = duration(model[rankedBy]);
  return [
    isLowerBound(model, rankedBy) ? atLeast(time) : time,
    ...(passed === undefined ? [] : [`${percent(passed)} passed`]),
    ...(cost === undefined ? [] : [`${usd(cost)} per 1,000 requests`]),
  ].join(', ');
}
