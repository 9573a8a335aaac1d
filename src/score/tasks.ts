import { seededRandom } from '../base/random.ts';
import type { RequestRow } from '../journal/request-columns.ts';
import { judgementKey } from '../journal/quality-journals.ts';
import { type cellColumns, promptIn, sameBut } from '../plan/cell.ts';
import { criterionHash } from '../suite/hash.ts';
import type { AskedCriterion, Criterion, Judge, Model, Prompt, Quality } from '../suite/suite.ts';
import type { ShownAnswer } from './protocol.ts';

/** A stored answer that may be judged. */
export interface StoredAnswer extends ShownAnswer {
  row: Pick<
    RequestRow,
    (typeof cellColumns)[number] | 'event_id' | 'prompt_id' | 'repeat' | 'level' | 'visit'
  >;
}

/** One call to a judge: one criterion, one answer or one pair in one order. */
export interface Task {
  /** Same task, same key, in every process. */
  key: string;
  judge: Judge;
  criterion: Criterion;
  criterionHash: string;
  asked: AskedCriterion;
  /** As asked in the answers' variant. */
  prompt: Prompt;
  a: StoredAnswer;
  /** For a comparison. */
  b?: StoredAnswer;
  order?: 'ab' | 'ba';
}

/** An item for a person or a judge, before either is chosen. */
export type Item = Omit<Task, 'key' | 'judge' | 'order'>;

/** The criteria and their prompts. */
export interface Asking {
  prompts: readonly Prompt[];
  models: readonly Model[];
  quality: Quality;
  /** Ids of criteria. */
  criteria: readonly string[];
}

/**
 * All items: answers for `ask`. For `prefer`, pairs of two models with the same request or, in a suite compared with a
 * revision, the two versions of each model. In the order of the suite.
 */
export function* itemsOf(
  { prompts, models, quality, criteria }: Asking,
  answers: readonly StoredAnswer[],
): Generator<Item> {
  const byPrompt = Map.groupBy(answers, ({ row }) => row.prompt_id);
  const place = new Map(models.map(({ id }, index) => [id, index]));
  for (const prompt of prompts) {
    const own = (byPrompt.get(prompt.id) ?? []).toSorted(
      (one, other) =>
        one.row.repeat - other.row.repeat ||
        place.get(one.row.model)! - place.get(other.row.model)! ||
        compared(one.row.route, other.row.route) ||
        // `before` stands before `now`.
        compared(one.row.version ?? '', other.row.version ?? ''),
    );
    for (const asked of prompt.criteria ?? []) {
      const criterion = quality.criteria.find(({ id }) => id === asked.id);
      if (!criterion || !criteria.includes(criterion.id)) continue;
      const item = { criterion, criterionHash: criterionHash(criterion, asked, prompt), asked, prompt };
      const asIn = ({ row }: StoredAnswer): Prompt => promptIn(row, prompt);
      if (criterion.kind === 'ask') for (const a of own) yield { ...item, prompt: asIn(a), a };
      else for (const [a, b] of pairsOf(own, criterion)) yield { ...item, prompt: asIn(b), a, b };
    }
  }
}

const compared = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

/** What two compared answers must share. */
const paired = ['repeat', 'level', 'visit'] as const;

function* pairsOf(
  answers: readonly StoredAnswer[],
  { against = 'all' }: Criterion,
): Generator<[StoredAnswer, StoredAnswer]> {
  for (const [at, a] of answers.entries())
    for (const b of answers.slice(at + 1)) {
      const differing = a.row.version === undefined ? 'model' : 'version';
      const isPair = sameBut(a.row, b.row, differing) && paired.every((name) => a.row[name] === b.row[name]);
      if (isPair && (against === 'all' || [a.row.model, b.row.model].includes(against))) yield [a, b];
    }
}

/** What judgements and ratings say alike about what was judged. */
export const itemCells = ({ a, b, criterion, criterionHash }: Item) => ({
  ...{ event_id: a.row.event_id, event_id_b: b?.row.event_id },
  ...{ model: a.row.model, model_b: b?.row.model, answer_route: a.row.route },
  ...{ prompt_id: a.row.prompt_id, repeat: a.row.repeat },
  ...{ criterion: criterion.id, criterion_hash: criterionHash },
});

/** The calls of an item as one block: each judge and, for a pair, both orders, in random order. */
export function tasksOf(item: Item, judges: readonly Judge[], seed: number): Task[] {
  return judges.flatMap((judge): Task[] => {
    const keyed = (order?: 'ab' | 'ba'): Task => {
      const key = judgementKey({
        judge: judge.id,
        criterion_hash: item.criterionHash,
        event_id: item.a.row.event_id,
        event_id_b: item.b?.row.event_id,
        order,
      });
      return { ...item, key, judge, ...(order ? { order } : {}) };
    };
    if (!item.b) return [keyed()];
    const isTurned = seededRandom(`${seed}/order/${item.a.row.event_id}/${item.b.row.event_id}`)() < 0.5;
    return (isTurned ? (['ba', 'ab'] as const) : (['ab', 'ba'] as const)).map(keyed);
  });
}
