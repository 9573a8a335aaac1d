import { fewestLabels } from '../../stats/corrected-rate.ts';

/** The terms for quality, explained in a sentence or two each. */
export const qualityWords: readonly { readonly name: string; readonly meaning: string }[] = [
  {
    name: 'rate',
    meaning: `share of right answers: by checks, by people, or a judge's verdicts corrected by at least ${fewestLabels} labels of each model; never a judge's word alone. Its interval is by prompt`,
  },
  {
    name: 'judge_rate',
    meaning:
      "mean of a judge's verdicts as they are: not a pass rate. It holds for that judge, not for the truth; models compared by it only seem better or worse",
  },
  {
    name: 'preference',
    meaning:
      'share of comparisons that a model wins, a tie being half a win. A judge sees each pair in both orders; where the orders disagree, it is a tie. 50 % means equal; it says nothing about how good both are',
  },
];
