import { normal, seededRandom, type Random } from '../../base/random.ts';
import {
  correctedMean,
  correctedP,
  correctedRate,
  correlation,
  differenceOf,
  type JudgedPrompt,
} from '../../stats/corrected-rate.ts';
import { holm } from '../../stats/holm.ts';
import { normalCdf, normalQuantile } from '../../stats/normal.ts';
import { mean } from '../../stats/quantile.ts';
import { signFlipTest } from '../../stats/sign-flip.ts';
import { tCritical } from '../../stats/student-t.ts';
import { covers } from '../coverage.prove.ts';
import { choose } from '../choice.ts';
import { Collector } from '../collect.ts';
import { runsFor, type Effort, type Proof } from '../testing/proof.ts';
import { row } from '../testing/rows.ts';

/*
 * The world: an answer passes by probit. Prompts differ in difficulty (0.8), somewhat differently for each model (0.4),
 * and the rest is chance (1). A judge errs by probit with its sensitivity and specificity. Half of the variance of its
 * error belongs to the prompt and model, so it repeats its error on the same thing. People are the truth.
 */
const repeats = 3;
const [promptSd, interactionSd] = [0.8, 0.4];
const totalSd = Math.hypot(promptSd, interactionSd, 1);

interface JudgeLaw {
  readonly se: number;
  readonly sp: number;
}
const good: JudgeLaw = { se: 0.9, sp: 0.85 };
const fair: JudgeLaw = { se: 0.85, sp: 0.8 };

interface Contestant {
  readonly rate: number;
  readonly judge: JudgeLaw;
}

/** Truth and verdict of each repeat on one prompt, per model. */
function onePrompt(models: readonly Contestant[], random: Random): { truth: number; judge: number }[][] {
  const hard = promptSd * normal(random);
  return models.map(({ rate, judge: { se, sp } }) => {
    const own = hard + interactionSd * normal(random);
    const habit = Math.SQRT1_2 * normal(random);
    const [hardest, ifRight, ifWrong] = [
      totalSd * normalQuantile(rate),
      normalQuantile(se),
      -normalQuantile(sp),
    ];
    return Array.from({ length: repeats }, () => {
      const truth = Number(own + normal(random) < hardest);
      const error = habit + Math.SQRT1_2 * normal(random);
      const judge = Number(error < (truth === 1 ? ifRight : ifWrong));
      return { truth, judge };
    });
  });
}

/** Prompts of a run, per model. The first of them are labeled, on one repeat that is the same for all models. */
function judgedRun(
  models: readonly Contestant[],
  prompts: number,
  labels: number,
  random: Random,
): JudgedPrompt[][] {
  const all = Array.from({ length: prompts }, () => onePrompt(models, random));
  return models.map((_, model) =>
    all.map((prompt, index) => {
      const answers = prompt[model]!;
      const [{ truth: people, judge }] = answers as [{ truth: number; judge: number }];
      const judged = mean(answers.map((one) => one.judge));
      return index < labels ? { judged, label: { people, judge } } : { judged };
    }),
  );
}

const shareOf = (runs: number, is: (run: number) => boolean): number =>
  Array.from({ length: runs }, (_, run) => is(run)).filter(Boolean).length / runs;

const designs = [
  [50, 30],
  [100, 30],
  [200, 100],
] as const;

/** The corrected interval of a judge's rate, and the textbook interval for the same data. */
export function correctedRates(effort: Effort): Proof[] {
  const runs = runsFor(1500, effort);
  const corrected = [0.6, 0.8, 0.95].flatMap((rate) =>
    [good, fair].flatMap((judge) =>
      designs.map(([prompts, labels]): Proof => {
        const random = seededRandom(`corrected ${rate} ${judge.se} ${prompts}`);
        const held = shareOf(runs, () => {
          const [one] = judgedRun([{ rate, judge }], prompts, labels, random);
          return covers(correctedRate(one!, prompts * repeats)!.interval, rate);
        });
        return {
          group: 'judged',
          line: "a judge's rate, corrected by labels: its interval holds the truth",
          claim: `rate ${rate}, judge ${judge.se}/${judge.sp}, ${prompts} prompts, ${labels} labels`,
          measured: held,
          band: [0.93, 1],
          runs,
        };
      }),
    ),
  );
  const more = runsFor(4000, effort);
  const contrasts = (['as it is', 'textbook'] as const).map((kind): Proof => {
    const random = seededRandom(`naive ${kind}`);
    const held = shareOf(more, () => {
      const [one] = judgedRun([{ rate: 0.95, judge: good }], 100, 30, random);
      const { point, variance } = correctedMean(one!)!;
      const reach = tCritical(0.05, 28) * Math.sqrt(variance);
      if (kind === 'textbook') return Math.abs(point - 0.95) <= reach;
      const raw = mean(one!.map(({ judged }) => judged));
      return Math.abs(raw - 0.95) <= 1.96 * Math.sqrt((raw * (1 - raw)) / 100);
    });
    return {
      group: 'judged',
      line:
        kind === 'textbook'
          ? 'the same by a t interval, near 1: it does not'
          : "a judge's rate as it is: it does not",
      claim: `rate 0.95, 100 prompts, 30 labels: ${kind === 'textbook' ? 't interval' : 'the judge alone'}`,
      measured: held,
      band: [0.85, 1],
      mustLeave: true,
      runs: more,
    };
  });
  return [...corrected, ...contrasts];
}

/** Two judged models, each corrected by its own labels. */
export function judgedDifferences(effort: Effort): Proof[] {
  const strict: JudgeLaw = good;
  const lenient: JudgeLaw = { se: 0.95, sp: 0.7 };
  const cover = (
    [
      [0.8, 0.8],
      [0.6, 0.75],
      [0.9, 0.97],
    ] as const
  ).map(([a, b]): Proof => {
    const runs = runsFor(400, effort);
    const random = seededRandom(`difference ${a} ${b}`);
    const held = shareOf(runs, () => {
      const both = judgedRun(
        [
          { rate: a, judge: strict },
          { rate: b, judge: lenient },
        ],
        100,
        30,
        random,
      );
      const [ofA, ofB] = both.map((one) => correctedRate(one, 100 * repeats)!);
      return covers(differenceOf(ofA!, ofB!, correlation(ofA!.residuals, ofB!.residuals)).interval, b - a);
    });
    return {
      group: 'judged',
      line: 'difference of two corrected rates: its interval holds the truth',
      claim: `rates ${a} and ${b}, judge partial to the second, 100 prompts, 30 labels`,
      measured: held,
      band: [0.93, 1],
      runs,
    };
  });
  const runs = runsFor(2000, effort);
  const equal = (kind: 'each' | 'shared'): number => {
    const random = seededRandom(`equal models ${kind}`);
    return shareOf(runs, () => {
      const both = judgedRun(
        [
          { rate: 0.8, judge: strict },
          { rate: 0.8, judge: lenient },
        ],
        100,
        30,
        random,
      );
      return (kind === 'each' ? pairedP(both) : sharedP(both)) <= 0.05;
    });
  };
  return [
    ...cover,
    {
      group: 'judged',
      line: 'two equal models, a judge partial to one, corrected by the labels of each: p ≤ 5 %',
      claim: 'rates 0.8 twice, judge .90/.85 and .95/.70, 100 prompts, 30 labels',
      measured: equal('each'),
      band: [0.035, 0.065],
      runs,
    },
    {
      group: 'judged',
      line: 'the same with one sensitivity and specificity for both: not so',
      claim: 'the same, labels of both models pooled',
      measured: equal('shared'),
      band: [0.035, 0.065],
      mustLeave: true,
      runs,
    },
  ];
}

function pairedP([a, b]: readonly JudgedPrompt[][]): number {
  const paired = a!.map((one, index): JudgedPrompt => {
    const other = b![index]!;
    const judged = other.judged - one.judged;
    return one.label && other.label
      ? {
          judged,
          label: {
            people: other.label.people - one.label.people,
            judge: other.label.judge - one.label.judge,
          },
        }
      : { judged };
  });
  return correctedP(correctedMean(paired)!);
}

/** The common recipe: one sensitivity and specificity for all models. They cancel out of a test of no difference. */
function sharedP([a, b]: readonly JudgedPrompt[][]): number {
  const differences = a!.map(({ judged }, index) => b![index]!.judged - judged);
  const center = mean(differences);
  const spread = Math.sqrt(mean(differences.map((one) => (one - center) ** 2)) / (differences.length - 1));
  return 2 * normalCdf(-Math.abs(center) / spread);
}

const tieWithin = 0.5;

/** One call: which of two qualities the judge prefers, 1 for b. `bias`: how often it takes the first one shown. */
function prefers(a: number, b: number, order: 'ab' | 'ba', bias: number, random: Random): number {
  if (random() < bias) return order === 'ab' ? -1 : 1;
  const seen = b - a + Math.SQRT2 * normal(random);
  return Math.abs(seen) <= tieWithin ? 0 : Math.sign(seen);
}

/** Preference for b over a by prompt, in both orders (a split is a tie) or always in one. */
function preference(a: number, b: number, both: boolean, bias: number, random: Random): number {
  const one = prefers(a, b, 'ab', bias, random);
  if (!both) return one;
  const other = prefers(a, b, 'ba', bias, random);
  return one === other ? one : 0;
}

const qualityOf = (random: Random): number => normal(random) + normal(random);

/** Two models of equal quality compared by preferences, then several. */
export function judgedPreferences(effort: Effort): Proof[] {
  const prompts = 30;
  const falseWinner = (bias: number, both: boolean, runs: number): number => {
    const random = seededRandom(`preferences ${bias} ${both}`);
    return shareOf(runs, () => {
      const values = Array.from({ length: prompts }, () => {
        const [a, b] = [normal(random), normal(random)];
        const once = (): number => preference(a + normal(random), b + normal(random), both, bias, random);
        return mean([once(), once(), once()]);
      });
      return signFlipTest(values, random) <= 0.05;
    });
  };
  const [runs, fewer] = [runsFor(1000, effort), runsFor(200, effort)];
  const family = shareOf(runsFor(300, effort), (run) => {
    const random = seededRandom(`five models ${run}`);
    const qualities = Array.from({ length: 16 }, () => Array.from({ length: 5 }, () => qualityOf(random)));
    const pairs = [0, 1, 2, 3, 4].flatMap((a) =>
      [0, 1, 2, 3, 4].filter((b) => b > a).map((b) => [a, b] as const),
    );
    const p = pairs.map(([a, b]) =>
      signFlipTest(
        qualities.map((prompt) => preference(prompt[a]!, prompt[b]!, true, 0.1, random)),
        random,
      ),
    );
    return holm(p).some((adjusted) => adjusted <= 0.05);
  });
  return [
    ...[0.1, 0.2].map((bias): Proof => ({
      group: 'judged',
      line: 'two equal models compared in both orders by a judge with position bias: p ≤ 5 %',
      claim: `bias ${bias}, ${prompts} prompts × 3`,
      measured: falseWinner(bias, true, runs),
      // Exact, so it errs on the safe side if ties make sums coarse. The same holds for pass rates.
      band: [0, 0.065],
      runs,
    })),
    {
      group: 'judged',
      line: 'the same in one fixed order: not so',
      claim: `bias 0.2, ${prompts} prompts × 3`,
      measured: falseWinner(0.2, false, fewer),
      band: [0.035, 0.065],
      mustLeave: true,
      runs: fewer,
    },
    {
      group: 'judged',
      line: 'five equal models compared in both orders, Holm over the pairs: any winner',
      claim: 'bias 0.1, 16 prompts',
      measured: family,
      band: [0, 0.055],
      runs: runsFor(300, effort),
    },
    lengthBias(effort),
  ];
}

/** A judge that sometimes takes the longer answer, and a model that writes longer ones. Labels correct for it. */
function lengthBias(effort: Effort): Proof {
  const runs = runsFor(1000, effort);
  const random = seededRandom('length');
  const found = shareOf(runs, () => {
    const prompts = Array.from({ length: 100 }, (_, index): JudgedPrompt => {
      const [a, b] = [qualityOf(random), qualityOf(random)];
      const isLonger = random() < 0.8;
      const seen = (): number => (random() < 0.15 ? (isLonger ? 1 : -1) : preference(a, b, true, 0, random));
      const judge = seen();
      const people = Math.abs(b - a) <= tieWithin ? 0 : Math.sign(b - a);
      return index < 30 ? { judged: judge, label: { people, judge } } : { judged: judge };
    });
    return correctedP(correctedMean(prompts)!) <= 0.05;
  });
  return {
    group: 'judged',
    line: 'two equal models, a judge with length bias, corrected by labels: p ≤ 5 %',
    claim: 'longer answers preferred in 15 of 100, 100 prompts, 30 labels',
    measured: found,
    band: [0, 0.065],
    runs,
  };
}

/** Five models for a job. One of them misses the floor and must not be called surely good enough. */
export function chosenSurely(effort: Effort): Proof[] {
  const floor = 0.8;
  const rates = [0.79, 0.79, 0.79, 0.79, 0.93];
  const runs = runsFor(300, effort);
  const limit = { metric: 'rate(passed)', statistic: 'rate', column: 'passed', min: floor } as const;
  const need = { limits: [limit], then: { by: 'cheapest' } as const };
  let byPoint = 0;
  const wrong = shareOf(runs, (run) => {
    const random = seededRandom(`choose ${run}`);
    const collector = new Collector();
    const models = rates.map((rate) => ({ rate, judge: good }));
    const prompts = Array.from({ length: 100 }, (_, index) => {
      const answers = onePrompt(models, random);
      for (const [model, turns] of answers.entries())
        for (const [turn, { truth }] of turns.entries())
          collector.add(
            row({
              run_id: 'proof',
              model: `m${model}`,
              prompt_id: `p${index}`,
              repeat: turn + 1,
              passed: truth === 1,
            }),
          );
      return answers;
    });
    const points = rates.map((_, model) =>
      mean(prompts.flatMap((answers) => answers[model]!.map(({ truth }) => truth))),
    );
    if (points.slice(0, 4).some((point) => point >= floor)) byPoint++;
    const checked = new Set(prompts.map((_, index) => `p${index}`));
    const [choice] = choose(collector.collected(), { need, pairs: [], checked, timeoutMs: 1000 });
    return choice!.candidates.some(({ model, word }) => word === 'surely' && model !== 'm4');
  });
  const claim = 'four models at 0.79 and one at 0.93, floor 0.80, 100 prompts × 3';
  return [
    {
      group: 'choose',
      line: 'a model that misses a limit is called surely good enough',
      claim,
      measured: wrong,
      band: [0, 0.025],
      runs,
    },
    {
      group: 'choose',
      line: 'the same by points: far more often',
      claim,
      measured: byPoint / runs,
      band: [0, 0.025],
      mustLeave: true,
      runs,
    },
  ];
}
