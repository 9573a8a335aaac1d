import { createHmac } from 'node:crypto';
import { seededRandom, shuffled } from '../base/random.ts';
import type { Manifest } from '../journal/manifest.ts';
import type { JudgementRow, RatingRow } from '../journal/quality-columns.ts';
import type { Criterion } from '../suite/suite.ts';
import { offeredWords, partsOf } from './protocol.ts';
import type { Item } from './tasks.ts';

/** `random`: drawn, and valid for estimates. `chosen`: picked because of judges' verdicts, to learn from. */
export type Sample = 'random' | 'chosen';

/** One question for a person, without a word about who answered. */
export interface RatingItem {
  /** Keyed by the run's seed: it names no model, and only the run knows which item it is. */
  id: string;
  item: Item;
  /** For a comparison: which of the two is on the left. */
  order?: 'ab' | 'ba';
  sample: Sample;
}

/** Possible verdicts on two answers side by side. */
const sideWords = ['left', 'right', 'tie'] as const;

/** The words that a person may choose from. The first is on the key `j`. */
export function ratingWords(criterion: Criterion): readonly string[] {
  return criterion.kind === 'prefer' ? sideWords : offeredWords(criterion);
}

/** The columns of a sheet. Those for a person to fill in come last. */
export const sheetColumns = [
  ...['item', 'criterion', 'question', 'conversation', 'reference', 'answer', 'other_answer'],
  ...['choices', 'verdict', 'comment'],
] as const;

export type SheetCells = Partial<Record<(typeof sheetColumns)[number], string>>;

/** The cells of an item, with verdict and comment empty. */
export function cellsOf({ id, item, order }: RatingItem): SheetCells {
  const { criterion, asked, prompt, a, b } = item;
  const answers = b ? (order === 'ba' ? ([b, a] as const) : ([a, b] as const)) : ([a] as const);
  const parts = partsOf({ criterion, asked, conversation: prompt.messages, answers });
  const text = (start: string): string =>
    parts
      .filter(({ name }) => name.startsWith(start))
      .map((part) => part.text)
      .join('\n\n');
  return {
    item: id,
    criterion: criterion.id,
    question: asked.question,
    conversation: text('conversation'),
    reference: text('reference'),
    ...(b
      ? { answer: text('first '), other_answer: text('second ') }
      : { answer: [text('answer'), text('tool calls')].filter(Boolean).join('\n\n') }),
    choices: ratingWords(criterion).join(' | '),
  };
}

/** An item as named in the sheet. */
export function ratingItem(
  item: Item,
  run: Pick<Manifest, 'run_id' | 'seed'>,
  sample: Sample,
  order?: 'ab' | 'ba',
): RatingItem {
  const { event_id } = item.a.row;
  const about = [item.criterionHash, event_id, item.b?.row.event_id ?? '', order ?? '', sample].join('\n');
  const id = createHmac('sha256', `${run.run_id}/${run.seed}`).update(about).digest('hex').slice(0, 12);
  return { id, item, sample, ...(order ? { order } : {}) };
}

/** Every item that a sheet of this run can hold, by id. */
export function allRatingItems(
  items: readonly Item[],
  run: Pick<Manifest, 'run_id' | 'seed'>,
): Map<string, RatingItem> {
  const all = new Map<string, RatingItem>();
  for (const item of items)
    for (const sample of ['random', 'chosen'] as const)
      for (const order of item.b ? (['ab', 'ba'] as const) : [undefined]) {
        const one = ratingItem(item, run, sample, order);
        all.set(one.id, one);
      }
  return all;
}

export interface SampleOptions {
  run: Pick<Manifest, 'run_id' | 'seed'>;
  /** Answers per model, or pairs of two models, for people to rate. */
  perModel: number;
  /** Share of the items that a second rater also gets, 0 to 1. */
  overlap: number;
  /** Items that are already rated are left out. */
  rated: readonly RatingRow[];
}

/** The sample for people. */
export interface Drawn {
  /** For the first rater, in random order. */
  first: RatingItem[];
  /** Items from some of the same prompts, for a second rater. */
  second: RatingItem[];
  /** For each criterion: prompts drawn, and prompts available. */
  prompts: { criterion: string; drawn: number; all: number }[];
}

/**
 * Draws prompts at random, the same for all models, and one repeat of each, the same for all models. A larger sample of
 * the same run contains the smaller one: earlier ratings are kept, and only the rest is asked.
 */
export function drawItems(items: readonly Item[], { run, perModel, overlap, rated }: SampleOptions): Drawn {
  const isRated = ratedItems(rated);
  const drawn: Drawn = { first: [], second: [], prompts: [] };
  for (const [criterion, own] of Map.groupBy(items, (item) => item.criterion.id)) {
    const byPrompt = Map.groupBy(own, ({ prompt }) => prompt.id);
    const order = shuffled([...byPrompt.keys()], seededRandom(`${run.seed}/rate/${criterion}`));
    const chosen = order.slice(0, perModel);
    const sides = seededRandom(`${run.seed}/sides/${criterion}`);
    const asked = chosen.map((prompt) =>
      oneRepeat(byPrompt.get(prompt)!, seededRandom(`${run.seed}/repeat/${criterion}/${prompt}`)).map(
        (item) => ratingItem(item, run, 'random', item.b && (sides() < 0.5 ? 'ab' : 'ba')),
      ),
    );
    drawn.first.push(...asked.flat().filter((one) => !isRated(one)));
    drawn.second.push(...asked.slice(0, Math.round(overlap * asked.length)).flat());
    drawn.prompts.push({ criterion, drawn: chosen.length, all: order.length });
  }
  return {
    ...drawn,
    first: shuffled(drawn.first, seededRandom(`${run.seed}/first`)),
    second: shuffled(drawn.second, seededRandom(`${run.seed}/second`)),
  };
}

/**
 * The items of one repeat. Drawn from the repeats that have the most of them, so that no model is missing
 * unnecessarily.
 */
function oneRepeat(items: readonly Item[], random: () => number): readonly Item[] {
  const repeats = [...Map.groupBy(items, ({ a }) => a.row.repeat).values()];
  const most = Math.max(...repeats.map(({ length }) => length));
  const fullest = repeats.filter(({ length }) => length === most);
  return fullest[Math.floor(random() * fullest.length)]!;
}

function ratedItems(rated: readonly RatingRow[]): (one: RatingItem) => boolean {
  const keys = new Set(
    rated.map(
      ({ event_id, event_id_b, criterion_hash }) => `${event_id}\n${event_id_b ?? ''}\n${criterion_hash}`,
    ),
  );
  return ({ item: { a, b, criterionHash } }) =>
    keys.has(`${a.row.event_id}\n${b?.row.event_id ?? ''}\n${criterionHash}`);
}

/** Score from which a verdict counts as passed. */
const half = 0.5;

/** Items on which judges disagree with each other, with themselves in the other order, or with the checks. */
export function disputed(
  items: readonly Item[],
  judgements: readonly JudgementRow[],
  passedOf: (eventId: string) => boolean | undefined,
  run: Pick<Manifest, 'run_id' | 'seed'>,
): RatingItem[] {
  const key = (hash: string, a: string, b = ''): string => `${hash}\n${a}\n${b}`;
  const said = Map.groupBy(
    judgements.filter(({ readable }) => readable === true),
    ({ criterion_hash, event_id, event_id_b }) => key(criterion_hash, event_id, event_id_b),
  );
  const found = items.filter(({ criterionHash, a, b }) => {
    const rows = said.get(key(criterionHash, a.row.event_id, b?.row.event_id)) ?? [];
    const checked = b || rows.length === 0 ? undefined : passedOf(a.row.event_id);
    const words = rows.map(({ score, preferred }) => preferred ?? String((score ?? 0) >= half));
    return new Set([...words, ...(checked === undefined ? [] : [String(checked)])]).size > 1;
  });
  const sides = seededRandom(`${run.seed}/sides`);
  const asked = found.map((item) => ratingItem(item, run, 'chosen', item.b && (sides() < 0.5 ? 'ab' : 'ba')));
  return shuffled(asked, seededRandom(`${run.seed}/disputed`));
}
