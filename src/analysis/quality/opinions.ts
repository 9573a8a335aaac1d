import { standingJudgements, type QualityRecords } from '../../journal/quality-journals.ts';
import type { JudgementRow, RatingRow } from '../../journal/quality-columns.ts';
import { type CellNames, type Names, namesOf, versions } from '../../plan/cell.ts';
import { mean } from '../../stats/quantile.ts';
import type { JudgedPrompt } from '../../stats/corrected-rate.ts';

/** One opinion: its value, 0 to 1 (for a comparison −1 to 1), and its word. */
export interface Opinion {
  readonly worth: number;
  readonly word: string;
}

/** An answer, or a pair of answers, with the opinions about it. */
export interface Item {
  readonly prompt: string;
  readonly repeat: number;
  /** By judge. A comparison counts both orders as one: if they differ, it is a tie. */
  readonly judges: Map<string, Opinion>;
  /** Judges whose reply could not be read. */
  readonly unreadable: Set<string>;
  /** Judges whose two orders of a comparison differ. */
  readonly split: Set<string>;
  /** By rater. Only for items that were drawn at random. */
  readonly raters: Map<string, Opinion>;
}

/** One model, or a pair. */
export type Subject = Names & {
  readonly criterion: string;
  /** For a comparison: the model that opinions are about. */
  readonly other?: string;
};

/** Display name of a model, with its variant and route if a run has several. */
export type Named = (cell: CellNames) => string;

/** One name, or both of a pair. */
export const labelsOf = (subject: Subject, named: Named): string[] => sidesOf(subject).map(named);

/** The names of one cell, or of both in a pair. For a model against itself: its two versions of the suite. */
export function sidesOf(subject: Subject): Names[] {
  const names = namesOf(subject);
  const { model, other } = subject;
  if (other === undefined) return [names];
  if (other === model) return versions.map((version) => ({ ...names, version }));
  return [names, { ...names, model: other }];
}

/** Every opinion on one subject by one criterion. */
export type Said = Subject & {
  readonly items: readonly Item[];
  /** Calls to judges, for their cost and position bias. */
  readonly calls: readonly JudgementRow[];
  /** Judges that are the model that answered. */
  readonly selfJudged: ReadonlySet<string>;
};

type AnyOpinion = JudgementRow | RatingRow;

/**
 * What judges and people said, by subject. For each prompt only the latest wording of a criterion counts: a changed
 * question is a new one. `order`: models in the order of the run. In a pair, the earlier one is a.
 */
export function saidOf(
  { judgements, ratings }: Pick<QualityRecords, 'judgements' | 'ratings'>,
  order: readonly string[],
): Said[] {
  const isCurrent = latestWording(judgements, ratings);
  const calls = judgements.filter(isCurrent);
  const subjects = new Map<string, { subject: Subject; items: Map<string, Item>; calls: JudgementRow[] }>();
  const itemOf = (row: AnyOpinion): Item => {
    const subject = subjectOf(row, order);
    const key = JSON.stringify(subject);
    const held = subjects.get(key) ?? { subject, items: new Map<string, Item>(), calls: [] };
    subjects.set(key, held);
    const id = [row.event_id, row.event_id_b ?? ''].sort().join('\n');
    const item = held.items.get(id) ?? newItem(row);
    held.items.set(id, item);
    if ('judge' in row) held.calls.push(row);
    return item;
  };
  for (const row of calls) itemOf(row);
  const standing = standingJudgements(calls);
  for (const row of standing.filter(({ order: which }) => which === undefined))
    addJudgement(itemIn(subjects, row, order), row);
  for (const pair of Map.groupBy(
    standing.filter(({ order: which }) => which !== undefined),
    (row) => [row.judge, row.event_id, row.event_id_b].join('\n'),
  ).values())
    addComparison(itemIn(subjects, pair[0]!, order), pair, order);
  for (const row of ratings.filter((one) => isCurrent(one) && one.sample === 'random')) {
    const opinion = opinionOf(row, order);
    if (opinion) itemOf(row).raters.set(row.rater, opinion);
  }
  return [...subjects.values()].map(({ subject, items, calls: ours }) => ({
    ...subject,
    items: [...items.values()].sort((a, b) =>
      a.prompt < b.prompt ? -1 : a.prompt > b.prompt ? 1 : a.repeat - b.repeat,
    ),
    calls: ours,
    selfJudged: new Set(ours.filter(({ self_judged }) => self_judged === true).map(({ judge }) => judge)),
  }));
}

type Subjects = Map<string, { items: Map<string, Item> }>;

function itemIn(subjects: Subjects, row: AnyOpinion, order: readonly string[]): Item {
  const held = subjects.get(JSON.stringify(subjectOf(row, order)))!;
  return held.items.get([row.event_id, row.event_id_b ?? ''].sort().join('\n'))!;
}

function latestWording(
  judgements: readonly JudgementRow[],
  ratings: readonly RatingRow[],
): (row: AnyOpinion) => boolean {
  const key = ({ criterion, prompt_id }: AnyOpinion): string => `${criterion}\n${prompt_id}`;
  const latest = new Map<string, string>();
  // The latest wording asked of a judge decides. Without a judge, the latest asked of people.
  for (const row of ratings) latest.set(key(row), row.criterion_hash);
  for (const row of judgements) latest.set(key(row), row.criterion_hash);
  return (row) => latest.get(key(row)) === row.criterion_hash;
}

const isTurned = ({ model, model_b: other }: AnyOpinion, order: readonly string[]): boolean =>
  other !== undefined && order.indexOf(model) > order.indexOf(other);

function subjectOf(row: AnyOpinion, order: readonly string[]): Subject {
  const { criterion, model, model_b: other } = row;
  const about = { criterion, ...namesOf({ ...row, route: row.answer_route }) };
  if (other === undefined) return about;
  return isTurned(row, order) ? { ...about, model: other, other: model } : { ...about, model, other };
}

function newItem({ prompt_id: prompt, repeat }: AnyOpinion): Item {
  return { prompt, repeat, judges: new Map(), unreadable: new Set(), split: new Set(), raters: new Map() };
}

function opinionOf(row: AnyOpinion, order: readonly string[]): Opinion | undefined {
  const { preferred, score, verdict } = row;
  if (row.model_b === undefined)
    return score === undefined ? undefined : { worth: score, word: verdict ?? String(score) };
  if (preferred === undefined) return undefined;
  const plain = preferred === 'b' ? 1 : preferred === 'a' ? -1 : 0;
  const worth = isTurned(row, order) ? 0 - plain : plain;
  return { worth, word: String(worth) };
}

function addJudgement(item: Item, row: JudgementRow): void {
  const opinion = row.readable === true ? opinionOf(row, []) : undefined;
  if (opinion) item.judges.set(row.judge, opinion);
  else if (row.readable === false) item.unreadable.add(row.judge);
}

/** One order alone reflects where an answer stood as much as how good it is. */
function addComparison(item: Item, rows: readonly JudgementRow[], order: readonly string[]): void {
  const { judge } = rows[0]!;
  const [one, other] = rows.map((row) => (row.readable === true ? opinionOf(row, order) : undefined));
  if (rows.length === 2 && one && other) {
    const worth = one.worth === other.worth ? one.worth : 0;
    if (one.worth !== other.worth) item.split.add(judge);
    item.judges.set(judge, { worth, word: String(worth) });
  } else if (rows.some(({ readable }) => readable === false)) item.unreadable.add(judge);
}

/** People's opinion of an item: the mean of all raters. Undefined if it was not rated. */
export function peopleOf({ raters }: Item): number | undefined {
  return raters.size === 0 ? undefined : mean([...raters.values()].map(({ worth }) => worth));
}

/** A judge's verdicts by prompt, each with the label of one of its answers if people gave one. */
export function judgedPrompts(items: readonly Item[], judge: string): (JudgedPrompt & { prompt: string })[] {
  const ours = items.filter(({ judges }) => judges.has(judge));
  return [...Map.groupBy(ours, ({ prompt }) => prompt)].map(([prompt, own]) => {
    const labeled = own.find(({ raters }) => raters.size > 0);
    return {
      prompt,
      judged: mean(own.map(({ judges }) => judges.get(judge)!.worth)),
      ...(labeled ? { label: { people: peopleOf(labeled)!, judge: labeled.judges.get(judge)!.worth } } : {}),
    };
  });
}

/** People's opinions by prompt. */
export function ratedPrompts(items: readonly Item[]): { prompt: string; worth: number; answers: number }[] {
  const rated = items.filter(({ raters }) => raters.size > 0);
  return [...Map.groupBy(rated, ({ prompt }) => prompt)].map(([prompt, own]) => ({
    prompt,
    worth: mean(own.map((item) => peopleOf(item)!)),
    answers: own.length,
  }));
}

/** Judges that gave any verdict, in the order of their first one. */
export const judgesIn = (items: readonly Item[]): string[] => [
  ...new Set(items.flatMap(({ judges, unreadable }) => [...judges.keys(), ...unreadable])),
];
