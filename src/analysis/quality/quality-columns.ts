import { laterColumns } from '../../plan/cell.ts';
import {
  type Column,
  count,
  number,
  required,
  type RowOf,
  share,
  text,
  unitless,
  yesNo,
} from '../../base/column.ts';

/** `quality.csv`, in this order: one row per model, criterion, and basis (with its judge). */
export const qualityColumns = [
  required(text('model', 'id in the suite')),
  required(text('route', 'route to the model')),
  required(text('criterion', 'id of the criterion; `passed` for the checks')),
  required(text('basis', '`checks`, `judge`, `judge+people` (a judge that labels correct), or `people`')),
  text('judge', 'id of the judge; empty without one'),
  required(count('prompts', 'prompts with a judged answer')),
  required(count('answers', 'answers to prompts that have the criterion')),
  required(count('judged', 'answers with a verdict')),
  count('unreadable', 'answers without a readable verdict from the judge; never counted as failed'),
  share('judge_rate', "mean of the judge's verdicts, as they are: not a pass rate"),
  share('judge_rate_ci_low', 'lower end, 95 %, by prompt; holds only for the judge, not for the truth'),
  share('judge_rate_ci_high', 'upper end'),
  count('rated', 'answers that people labeled, drawn at random'),
  count('raters', 'people who labeled them'),
  share('agreement', 'share of labels on which judge and people agree'),
  unitless('kappa', 'the same beyond chance (Cohen)'),
  share('sensitivity', 'share of what people passed that the judge passed'),
  share('specificity', 'share of what people failed that the judge failed'),
  unitless('youden_j', 'sensitivity + specificity − 1: how much of a true difference the judge shows'),
  share(
    'rate',
    "share of right answers: by checks, by people, or the judge's corrected by people; empty for a judge alone",
  ),
  share('rate_ci_low', 'lower end, 95 %, by prompt'),
  share('rate_ci_high', 'upper end'),
  unitless('lambda', 'weight of the judge in the corrected rate: 0 is people alone'),
  share('pass_all_repeats', 'for checks: share of prompts whose answers all passed'),
  yesNo('self_judged', 'the judge is the model itself'),
  number('judge_cost_usd', 'USD', "what the judge's calls cost", 8),
  count('judge_tokens', "tokens of the judge's calls"),
  unitless('rater_kappa', 'agreement of two raters beyond chance, on what both labeled'),
  ...laterColumns,
] as const satisfies readonly Column[];

/** How good a model's answers are, by one criterion, on one basis. */
export type QualityRow = RowOf<typeof qualityColumns>;

/** From a judge alone, a verdict is marked as `seems`. */
export const preferenceVerdicts = [
  ...['better', 'worse', 'equal', 'not settled'],
  ...['seems better', 'seems worse', 'seems equal'],
] as const;

/** `preferences.csv`, in this order: one row per pair of models and criterion, for b against a. */
export const preferenceColumns = [
  required(text('model_a', 'compared with')),
  required(text('model_b', 'what the verdict is about')),
  required(text('criterion', 'id of the criterion')),
  required(text('basis', '`judge`, `judge+people` or `people`')),
  text('judge', 'id of the judge; empty without one'),
  required(count('prompts', 'prompts on which both were compared')),
  required(count('wins_a', 'comparisons in which a was preferred, in both orders')),
  required(count('wins_b', 'comparisons in which b was preferred, in both orders')),
  required(count('ties', 'all others, including splits')),
  count('splits', 'comparisons in which the two orders gave different answers; each counts as a tie'),
  share('first_preferred', 'share of decided calls that preferred the answer shown first: 0.5 is fair'),
  count('rated', 'comparisons that people labeled, drawn at random'),
  share('win_share', 'of b: wins + half of the ties, by prompt; corrected by labels where the basis says so'),
  share('ci_low', 'lower end, 95 %, by prompt'),
  share('ci_high', 'upper end'),
  unitless('p', 'sign-flip p by prompt; with labels, of the corrected mean'),
  unitless('p_holm', 'the same, corrected for all rows in the file'),
  required(
    text('verdict', '`better`, `worse`, `equal` or `not settled`; for a judge alone `seems better` …'),
  ),
  count(
    'similar_length',
    'comparisons in which the shorter answer has at least 80 % of the characters of the longer',
  ),
  share(
    'similar_win_share',
    'of b, among these: wins + half of the ties, by prompt, of the verdicts as they are',
  ),
  unitless(
    'length_correlation',
    'of the preference for b with log(characters of b ÷ of a), by prompt, from −1 to 1: above 0 the longer answer is preferred',
  ),
] as const satisfies readonly Column[];

/** Which of two models is preferred, by one criterion, on one basis. */
export type PreferenceRow = RowOf<typeof preferenceColumns>;
