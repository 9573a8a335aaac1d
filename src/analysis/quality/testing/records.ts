import type { JudgementRow, RatingRow } from '../../../journal/quality-columns.ts';

/** What judges and people say alike about an answer: yes, unless its score is below one half. */
function verdictOn({
  model = 'a',
  prompt_id = 'p0',
  repeat = 1,
  score = 1,
}: Partial<JudgementRow | RatingRow>) {
  return {
    ...{ run_id: 'run-1', event_id: `${model}/${prompt_id}/${repeat}`, model, prompt_id, repeat },
    ...{ answer_route: 'compat', criterion: 'correct', criterion_hash: 'hash' },
    ...{ verdict: score >= 0.5 ? 'yes' : 'no', score },
  } as const;
}

/** A readable judgement. The rest is given. */
export function judgement(cells: Partial<JudgementRow> = {}): JudgementRow {
  const some: Partial<JudgementRow> = {
    ...verdictOn(cells),
    judge: 'gemma',
    attempt: 1,
    final: true,
    status: 'ok',
    readable: true,
    total_tokens: 100,
    cost_usd: 0.001,
    ...cells,
  };
  return some as JudgementRow;
}

/** A person's verdict on an answer that was drawn. */
export function rating(cells: Partial<RatingRow> = {}): RatingRow {
  const some: Partial<RatingRow> = {
    ...verdictOn(cells),
    rated_at: '2026-11-22T04:00:00.000Z',
    sheet: 'sheet.csv',
    rater: 'anna',
    sample: 'random',
    ...cells,
  };
  return some as RatingRow;
}

/** A comparison has no repeat. */
export const noScore = { score: undefined as never, verdict: undefined as never };

/** Both calls of a comparison of a and b: the preference in the order `ab`, and in the order `ba`. */
export function comparison(
  prompt_id: string,
  [ab, ba]: readonly [JudgementRow['preferred'], JudgementRow['preferred']],
  cells: Partial<JudgementRow> = {},
): JudgementRow[] {
  const { model = 'a', model_b = 'b', repeat = 1 } = cells;
  return (['ab', 'ba'] as const).map((order) => {
    const row = judgement({
      criterion: 'better',
      model,
      model_b,
      prompt_id,
      event_id: `${model}/${prompt_id}/${repeat}`,
      event_id_b: `${model_b}/${prompt_id}/${repeat}`,
      order,
      preferred: order === 'ab' ? ab : ba,
      ...cells,
    });
    return { ...row, ...noScore };
  });
}
