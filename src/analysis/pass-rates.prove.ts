import { normal, seededRandom, type Random } from '../base/random.ts';
import { rateInterval } from '../stats/korn-graubard.ts';
import { normalQuantile } from '../stats/normal.ts';
import type { PairRow } from './summary-columns.ts';
import { Collector } from './collect.ts';
import { compare } from './compare.ts';
import { covers } from './coverage.prove.ts';
import { runsFor, type Effort, type Proof } from './testing/proof.ts';
import { row } from './testing/rows.ts';

const prompts = 20;
const repeats = 5;
/** Prompts differ in difficulty, and somewhat differently for each model. The rest is chance. */
const promptSd = 0.8;
const interactionSd = 0.4;
const totalSd = Math.hypot(promptSd, interactionSd, 1);

/** Whether each repeat passes, per prompt and model, with each model's true rate over all prompts of this kind. */
function passes(rates: readonly number[], random: Random): boolean[][][] {
  return Array.from({ length: prompts }, () => {
    const hard = promptSd * normal(random);
    return rates.map((rate) => {
      const own = hard + interactionSd * normal(random);
      return Array.from({ length: repeats }, () => own + normal(random) < totalSd * normalQuantile(rate));
    });
  });
}

/** The comparison of two models with these rates. */
function comparePassing(rates: readonly [number, number], seed: string): PairRow {
  const collector = new Collector();
  passes(rates, seededRandom(seed)).forEach((models, prompt) =>
    models.forEach((turns, model) =>
      turns.forEach((passed, turn) => {
        const names = { run_id: seed, model: `m${model}`, prompt_id: `p${prompt}` };
        collector.add(row({ ...names, repeat: turn + 1, passed }));
      }),
    ),
  );
  return compare(collector.collected(), { metrics: ['passed'] }).pairs[0]!;
}

/** Intervals of a pass rate and of the difference of two, and how often two equal models seem to differ. */
export function passRates(effort: Effort): Proof[] {
  const runs = runsFor(1000, effort);
  const share = (is: (run: number) => boolean): number =>
    Array.from({ length: runs }, (_, run) => is(run)).filter(Boolean).length / runs;
  const single = [0.7, 0.95].map((rate): Proof => {
    const random = seededRandom(`rates ${rate}`);
    const held = share(() => {
      const clusters = passes([rate], random).map(([turns]) => ({
        hits: turns!.filter(Boolean).length,
        total: repeats,
      }));
      return covers(rateInterval(clusters), rate);
    });
    return {
      group: 'coverage',
      line: 'pass rate: its interval holds the truth',
      claim: `pass rate of ${rate}, ${prompts} prompts × ${repeats}`,
      measured: held,
      band: [0.93, 1],
      runs,
    };
  });
  const differences = (
    [
      [0.8, 0.8],
      [0.75, 0.9],
      [0.6, 0.95],
    ] as const
  ).map((rates): Proof => {
    const held = share((run) => {
      const { difference_ci_low: low, difference_ci_high: high } = comparePassing(
        rates,
        `pass ${rates.join()} ${run}`,
      );
      return covers({ low: low!, high: high! }, rates[1] - rates[0]);
    });
    return {
      group: 'coverage',
      line: 'difference of two pass rates: its interval holds the truth',
      claim: `pass rates of ${rates[0]} and ${rates[1]}: their difference, ${prompts} prompts × ${repeats}`,
      measured: held,
      band: [0.93, 1],
      runs,
    };
  });
  const aa: Proof = {
    group: 'A/A',
    line: 'two models that pass equally often: p ≤ 5 %',
    claim: `pass rates of 0.8 twice: p ≤ 5 %, ${prompts} prompts × ${repeats}`,
    measured: share((run) => comparePassing([0.8, 0.8], `pass a/a ${run}`).p! <= 0.05),
    band: [0, 0.065],
    runs,
  };
  return [aa, ...single, ...differences];
}
