import { laterColumns } from '../plan/cell.ts';
import {
  type Column,
  type RowOf,
  text,
  list,
  required,
  count,
  yesNo,
  time,
  ms,
  number,
} from '../base/column.ts';
import { rowCheck } from './csv-file.ts';

/** The answer that a verdict is about, or the two answers, after `event_id`, and the criterion. */
const whichAnswer = [
  text('event_id_b', 'in a comparison, the other answer'),
  required(text('model', 'id of the model that gave the answer')),
  text('model_b', 'id of the model that gave the other answer'),
  required(text('answer_route', 'route of the model that gave the answer')),
  required(text('prompt_id', 'id of the prompt')),
  required(count('repeat', 'which repeat, from 1')),
  required(text('criterion', 'id of the criterion')),
] as const satisfies readonly Column[];

/** The answer, or the two; the question; and the judge. */
const identity = [
  required(text('run_id', 'the run')),
  required(time('judged_at', 'when the judge was asked')),
  required(text('judgement_id', 'our id of this call, sent as `cf-aig-event-id`')),
  required(text('event_id', 'the answer that is judged: its `event_id` in `requests.csv`')),
  ...whichAnswer,
  required(
    text('criterion_hash', 'SHA-256 of what is asked and shown: another question is another criterion'),
  ),
  required(text('judge', 'id of the judge')),
  required(text('judge_model_id', "the judge's name on the wire")),
  required(text('route', 'route to the judge; `demo` is simulated')),
  required(count('protocol', 'version of the prompt around the question')),
  text('order', '`ab` or `ba`: which of the two answers came first; empty for one answer'),
  required(count('attempt', 'which attempt, from 1')),
  required(yesNo('final', 'last attempt of this judgement')),
] as const satisfies readonly Column[];

const outcome = [
  required(text('status', '`ok`, `error`, `timeout` …, of the call to the judge')),
  count('http_status', 'empty when no response came'),
  text('error_family', 'who reported the failure, as in `requests.csv`'),
  text('error_code', "the sender's code, or ours"),
  text('error_message', 'one line, cleaned up'),
  text('finish_reason', 'as reported by the judge'),
  text('verdict', 'the chosen word; empty if unreadable, and for a comparison'),
  number('score', '0–1', "the verdict's score", 6),
  text('preferred', 'for a comparison: `a`, `b` or `tie`; empty if unreadable'),
  yesNo('readable', 'whether the judge gave one of the words; empty when it gave no answer'),
  text('reason_preview', "first 200 characters of the judge's reason, on one line"),
] as const satisfies readonly Column[];

const measured = [
  ms('queue_ms', 'started − scheduled: our own delay'),
  ms('ttft_ms', "sent → the judge's first piece"),
  ms('e2e_latency_ms', "sent → the judge's last piece"),
  count('prompt_tokens', "the judge's, as the server reported"),
  count('cached_tokens', "the judge's prompt tokens read from cache"),
  count('completion_tokens', "the judge's, including reasoning"),
  count('reasoning_tokens', "the judge's"),
  count('total_tokens', "the judge's"),
  number('cost_usd', 'USD', "from the judge's price; never part of a model's cost"),
  yesNo('self_judged', 'the judge is the model that gave the answer, or one of the two'),
  yesNo('same_family', 'the names of judge and model begin alike'),
  text('gateway_log_id', '`cf-aig-log-id`'),
  text('cache_status', '`cf-aig-cache-status`'),
  text('echoed_model', "model name in the judge's answer"),
] as const satisfies readonly Column[];

const judgementRow = [...identity, ...outcome, ...measured, ...laterColumns] as const;

/** `judgements.csv`, in this order: one row per call to a judge. */
export const judgementColumns = [...judgementRow, rowCheck] as const;

/** One call to a judge, and its outcome. */
export type JudgementRow = RowOf<typeof judgementRow>;

const ratingRow = [
  required(text('run_id', 'the run')),
  required(time('rated_at', 'when it was imported')),
  required(text('rater', 'name of the rater')),
  required(text('event_id', 'the answer that is rated: its `event_id` in `requests.csv`')),
  ...whichAnswer,
  required(text('criterion_hash', 'SHA-256 of what was asked and shown')),
  text('verdict', 'the chosen word; empty for a comparison'),
  number('score', '0–1', "the verdict's score", 6),
  text('preferred', 'for a comparison: `a`, `b` or `tie`'),
  text('order', '`ab` or `ba`: which of the two answers was on the left; empty for one answer'),
  required(text('sample', '`random`: drawn, and counts in estimates; `chosen`: picked, to learn from')),
  text('comment', "the rater's"),
  required(text('sheet', 'file it came from')),
  ...laterColumns,
] as const satisfies readonly Column[];

/** `ratings.csv`, in this order: one row per verdict of a person. */
export const ratingColumns = [...ratingRow, rowCheck] as const;

/** A person's verdict on one answer or two. */
export type RatingRow = RowOf<typeof ratingRow>;

const recheckedRow = [
  required(text('event_id', 'the answer: its `event_id` in `requests.csv`')),
  required(text('checks_hash', 'SHA-256 of the checks and of what they see of an answer, and nothing else')),
  required(time('checked_at', 'when they were applied')),
  yesNo('passed', 'whether every check passed'),
  number('score', '0–1', 'weight of the checks that passed ÷ weight of all checks', 4),
  list('failed_checks', 'types of the checks that failed'),
  list('check_why', 'why each of them failed'),
] as const satisfies readonly Column[];

/** `rechecked.csv`, in this order: one row per stored answer and version of its checks. */
export const recheckedColumns = [...recheckedRow, rowCheck] as const;

/** The result of later checks for a stored answer. */
export type RecheckedRow = RowOf<typeof recheckedRow>;
