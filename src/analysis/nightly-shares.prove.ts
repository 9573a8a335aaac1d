import { normal, seededRandom, type Random } from '../base/random.ts';
import { mean, variance } from '../stats/quantile.ts';
import { tCdf } from '../stats/student-t.ts';
import { winsorize } from '../stats/winsorize.ts';
import type { GateSettings } from '../suite/suite.ts';
import { familyAlpha, gateSeries } from './gate-series.ts';
import { sharedShift, type Nights } from './nights.ts';
import { runsFor, type Effort, type Proof } from './testing/proof.ts';

/**
 * Pass rates of four models on nights when nothing changed. Each prompt has its own probability to pass, and its
 * repeats of a night are drawn from it. `wobble`: how far a night moves all of a model's probabilities together, in
 * logits.
 */
interface SharesWorld {
  name: string;
  prompts: number;
  repeats: number;
  /** A typical prompt's probability to pass, in logits, for each model. */
  levels: readonly number[];
  wobble: number;
}

const promptSd = 1.5;
const nightsPerSeries = 60;
const settings: GateSettings = { window: 14, confirm: 2, metrics: { passed: { maxDrop: 0.05 } } };
const worlds: readonly SharesWorld[] = [
  { name: 'nearly all pass', prompts: 20, repeats: 3, levels: [6, 5, 4, 3], wobble: 0 },
  { name: 'half pass', prompts: 20, repeats: 3, levels: [0, 1, -1, 2], wobble: 0 },
  { name: 'few answers', prompts: 7, repeats: 2, levels: [2, 4, 0, 3], wobble: 0 },
  { name: 'a miss now and then', prompts: 14, repeats: 1, levels: [5, 8, 8, 8], wobble: 0 },
  { name: 'nights differ', prompts: 20, repeats: 3, levels: [1, 2, 0, 3], wobble: 0.4 },
];

function simulate({ prompts, repeats, levels, wobble }: SharesWorld, seed: string): Nights {
  const random = seededRandom(seed);
  const chances = levels.map((level) =>
    Array.from({ length: prompts }, () => level + promptSd * normal(random)),
  );
  const shares = chances.map((logits) =>
    Array.from({ length: nightsPerSeries }, () => shareOf(logits, repeats, wobble * normal(random), random)),
  );
  return {
    runIds: shares[0]!.map((_, night) => `night ${night}`),
    startedAt: shares[0]!.map(() => ''),
    runs: shares[0]!.map(() => 1),
    decisions: [],
    series: shares.map((values, index) => ({
      metric: 'passed',
      model: `m${index}`,
      route: 'compat',
      values,
      requests: values.map(() => prompts * repeats),
      bounds: new Set<number>(),
    })),
  };
}

function shareOf(logits: readonly number[], repeats: number, shift: number, random: Random): number {
  let hits = 0;
  for (const logit of logits)
    for (let repeat = 0; repeat < repeats; repeat++)
      if (random() < 1 / (1 + Math.exp(-logit - shift))) hits++;
  return hits / (logits.length * repeats);
}

/**
 * The gate's earlier method: the control made for times, applied to shares. Tonight minus the median shift of the other
 * models, against t. Returns the share of nights with a warning about the first model.
 */
function naiveWarnings({ series }: Nights): { warned: number; nights: number } {
  const [first, ...others] = series.map(({ values }) => values);
  let warned = 0;
  for (let night = settings.window; night < nightsPerSeries; night++) {
    const baseline = Array.from({ length: settings.window }, (_, back) => night - settings.window + back);
    const shift = sharedShift(others, [...baseline, night]);
    const usual = winsorize(
      baseline.map((one) => first![one]! - shift(one)),
      3,
    );
    const drop = mean(usual) - (first![night]! - shift(night));
    const spread = Math.sqrt(variance(usual) * (1 + 1 / usual.length));
    const p = spread > 0 ? 1 - tCdf(drop / spread, usual.length - 1) : 0;
    if (drop >= settings.metrics['passed']!.maxDrop! && p <= familyAlpha) warned++;
  }
  return { warned, nights: nightsPerSeries - settings.window };
}

/** The world in which the control for times is most wrong. */
const counterExample = 'a miss now and then';
const warningBand = [0, 0.065] as const;

/**
 * The gate's verdicts on a pass rate on nights when nothing changed, compared with those of a method that ignores that
 * it is a share.
 */
export function quietShares(effort: Effort): Proof[] {
  const series = runsFor(120, effort);
  const found = worlds.map((world) => {
    const counts = { warned: 0, failed: 0, naive: 0, nights: 0 };
    for (let run = 0; run < series; run++) {
      const nights = simulate(world, `shares ${world.name} ${run}`);
      for (const night of gateSeries(nights, settings, ({ model }) => model === 'm0').slice(
        settings.window,
      )) {
        counts.nights++;
        if (night.some(({ alarms }) => alarms > 0)) counts.warned++;
        if (night.some(({ alarms }) => alarms >= settings.confirm)) counts.failed++;
      }
      counts.naive += naiveWarnings(nights).warned;
    }
    return { world, ...counts };
  });
  const runs = found[0]!.nights;
  const each = (line: string, what: 'warned' | 'failed', high: number): Proof[] =>
    found.map(({ world, nights, ...counts }) => ({
      group: 'gate',
      line,
      claim: `no change, pass rate of one model: ${what}, ${world.name}`,
      measured: counts[what] / nights,
      band: [0, high],
      runs,
    }));
  return [
    ...each('a night on which no pass rate changed: a model gets a warning', 'warned', warningBand[1]),
    ...each('a night on which no pass rate changed: a model fails', 'failed', 0.02),
    // Nights without a miss leave no spread, so the first miss looks certain.
    ...found
      .filter(({ world }) => world.name === counterExample)
      .map(({ world, naive, nights }) => ({
        group: 'gate',
        line: 'the same with the control that is made for times: a warning',
        claim: `no change, pass rate of one model, less the shift of the others: warned, ${world.name}`,
        measured: naive / nights,
        band: warningBand,
        mustLeave: true,
        runs,
      })),
  ];
}
