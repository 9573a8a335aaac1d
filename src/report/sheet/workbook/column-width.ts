import type { Column } from '../../../base/column.ts';

/** Columns of words that are wider than their heads; in characters. */
const words: Readonly<Record<string, number>> = {
  run_id: 25,
  suite: 16,
  suite_hash: 18,
  model: 18,
  model_a: 18,
  model_b: 18,
  model_id: 28,
  metric: 16,
  prompt_id: 20,
  tags: 18,
  error_code: 22,
  error_message: 44,
  invalid_reason: 18,
  gateway_log_id: 30,
  event_id: 40,
  cf_ray: 24,
  echoed_model: 24,
  answer_sha256: 22,
  answer_preview: 70,
  in_words: 126,
  lower_bounds: 40,
};

/** Room that the button of a filter takes. */
const button = 4;

/** A width at which the head is readable and a usual cell, too; in characters. */
export function columnWidth({ name, kind }: Column): number {
  const head = name.length + button;
  if (kind === 'time') return Math.max(head, name === 'date' ? 12 : 20);
  return Math.max(head, words[name] ?? 9);
}
