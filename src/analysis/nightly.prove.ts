import { normal, seededRandom } from '../base/random.ts';
import { changePoints } from '../stats/change-points.ts';
import { mean } from '../stats/quantile.ts';
import type { GateSettings } from '../suite/suite.ts';
import type { Watched } from './gate-cell.ts';
import { gateSeries } from './gate-series.ts';
import type { Nights } from './nights.ts';
import { changeAlpha, smallestRatio } from './trend.ts';
import { runsFor, type Effort, type Proof } from './testing/proof.ts';

/** Night by night, in logs: the part that all models share, each model's own, and the noise of one run. */
const sharedSd = 0.12;
const ownSd = 0.05;
const samplingSd = 0.04;
const models = ['a', 'b', 'c', 'd'];
const outageShare = 0.05;
const settings: GateSettings = { window: 14, confirm: 2, metrics: { e2e_latency_ms: { maxRatio: 1.1 } } };

interface NightsWorld {
  nights: number;
  /** From one night to the next. */
  memory: number;
  hasOutages: boolean;
  /** The first model's level from a night on: `ratio` at once, or that much more each night. */
  regression?: { from: number; ratio: number; creeps?: boolean };
}

function simulateNights({ nights, memory, hasOutages, regression }: NightsWorld, seed: string): Nights {
  const random = seededRandom(seed);
  const step = (value: number, sd: number): number =>
    memory * value + Math.sqrt(1 - memory ** 2) * sd * normal(random);
  let shared = sharedSd * normal(random);
  const own = models.map(() => ownSd * normal(random));
  const values = models.map((): number[] => []);
  for (let night = 0; night < nights; night++) {
    shared = step(shared, sharedSd);
    models.forEach((_, index) => {
      own[index] = step(own[index]!, ownSd);
      const outage = hasOutages && random() < outageShare ? Math.log(1.3 + 2 * random()) : 0;
      const slower = index === 0 && regression ? slowdown(regression, night) : 0;
      const log = shared + own[index] + samplingSd * normal(random) + outage + slower;
      values[index]!.push(1000 * (index + 1) * Math.exp(log));
    });
  }
  return {
    runIds: values[0]!.map((_, night) => `night ${night}`),
    startedAt: values[0]!.map(() => ''),
    runs: values[0]!.map(() => 1),
    decisions: [],
    series: models.map((model, index) => ({
      metric: 'e2e_latency_ms',
      model,
      route: 'compat',
      values: values[index]!,
      requests: values[index]!.map(() => 60),
      bounds: new Set<number>(),
    })),
  };
}

function slowdown(
  { from, ratio, creeps = false }: NonNullable<NightsWorld['regression']>,
  night: number,
): number {
  if (night < from) return 0;
  return Math.log(ratio) * (creeps ? night - from + 1 : 1);
}

const isFirst = ({ model }: Watched): boolean => model === models[0];
const isOwn = ({ model }: Watched): boolean => model !== undefined;
const isShared = ({ model }: Watched): boolean => model === undefined;

interface Rates {
  warning: number;
  failure: number;
  nights: number;
}

/** Share of nights, once learned, with an alarm in some watched cell, and with a confirmed one. */
function alarmRates(
  world: NightsWorld,
  isWatched: (cell: Watched) => boolean,
  series: number,
  seed: string,
): Rates {
  const rates = { warning: 0, failure: 0, nights: 0 };
  for (let run = 0; run < series; run++)
    for (const night of gateSeries(simulateNights(world, `${seed} ${run}`), settings, isWatched).slice(
      settings.window,
    )) {
      rates.nights++;
      if (night.some(({ alarms }) => alarms > 0)) rates.warning++;
      if (night.some(({ alarms }) => alarms >= settings.confirm)) rates.failure++;
    }
  return { ...rates, warning: rates.warning / rates.nights, failure: rates.failure / rates.nights };
}

/** Nights on which nothing changed: the gate's verdicts on one model, on four together, and on what they share. */
export function quietNights(effort: Effort): Proof[] {
  const series = runsFor(250, effort);
  return [false, true].flatMap((hasOutages) =>
    [0, 0.3, 0.6].flatMap((memory) => {
      const world = { nights: 60, memory, hasOutages };
      const seed = `quiet ${memory} ${hasOutages}`;
      const one = alarmRates(world, isFirst, series, seed);
      const where = `φ ${memory}${hasOutages ? ', 5 % of nights an outage' : ''}`;
      const { nights: runs } = one;
      const group = 'gate';
      // At φ 0.6 neighboring nights are so similar that the prediction interval is a little too narrow: reported, but
      // not claimed.
      const claim = (band: readonly [number, number]) => (memory > 0.5 ? {} : { band });
      const told = (line: string) => (memory > 0.5 ? {} : { line });
      return [
        {
          group,
          ...told(
            `a night on which nothing changed: a model gets a warning${hasOutages ? ', 5 % of nights an outage' : ''}`,
          ),
          claim: `no change, one model: warning, ${where}`,
          measured: one.warning,
          ...claim([0, hasOutages ? 0.085 : 0.065]),
          runs,
        },
        {
          group,
          ...told(
            `a night on which nothing changed: a model fails${hasOutages ? ', 5 % of nights an outage' : ''}`,
          ),
          claim: `no change, one model: failure, ${where}`,
          measured: one.failure,
          ...claim([0, 0.02]),
          runs,
        },
        ...family(world, series, seed, where),
      ];
    }),
  );
}

function family(world: NightsWorld, series: number, seed: string, where: string): Proof[] {
  if (world.memory !== 0.3) return [];
  // Failures come in clusters, so few series say little.
  const four = alarmRates(world, isOwn, series, `four ${seed}`);
  const shared = alarmRates(world, isShared, Math.ceil(series / 2), seed);
  return [
    {
      group: 'gate',
      claim: `no change, four models: some failure, ${where}`,
      measured: four.failure,
      band: [0, 0.03],
      runs: four.nights,
    },
    {
      group: 'gate',
      claim: `no change, all together ("gateway or network"): failure, ${where}`,
      measured: shared.failure,
      band: [0, 0.02],
      runs: shared.nights,
    },
  ];
}

/** What a running mean is good for: the last seven nights of the model's own times against the fourteen before them. */
const meanNights = 7;

/**
 * The cumulative test as one would write it down at once, on nights when nothing changed: a model fails when the mean
 * of its own last nights lies beyond the limit, tonight and the night before. It minds neither what all models share
 * nor how much nights differ.
 */
export function runningMean(effort: Effort): Proof[] {
  const series = runsFor(250, effort);
  const [limit, window] = [Math.log(1.1), settings.window];
  let [failed, nights] = [0, 0];
  for (let run = 0; run < series; run++) {
    const [first] = simulateNights(
      { nights: 60, memory: 0.3, hasOutages: false },
      `quiet mean ${run}`,
    ).series;
    const logs = first!.values.map(Math.log);
    const isBeyond = (night: number): boolean =>
      mean(logs.slice(night + 1 - meanNights, night + 1)) -
        mean(logs.slice(night + 1 - meanNights - window, night + 1 - meanNights)) >=
      limit;
    for (let night = meanNights + window; night < logs.length; night++) {
      nights++;
      if (isBeyond(night) && isBeyond(night - 1)) failed++;
    }
  }
  return [
    {
      group: 'gate',
      line: 'the same by the running mean of a week: a model fails',
      claim: 'no change, running mean of seven nights beyond the limit: failure, φ 0.3',
      measured: failed / nights,
      band: [0, 0.02],
      mustLeave: true,
      runs: nights,
    },
  ];
}

const regressionFrom = 20;
const byTheSecond = 'failed by the second';
const withinAWeek = 'failed within a week, four models gated';

/** A model that gets slower on night 20 and stays so, gated alone, and with its three controls gated too. */
export function regressions(effort: Effort): Proof[] {
  const series = runsFor(500, effort);
  return [1.15, 1.25, 1.5].flatMap((ratio): Proof[] => {
    const alone = alarmsAfter(ratio, series, isFirst);
    const among = alarmsAfter(ratio, series, isOwn);
    const share = (runs: readonly number[][], is: (alarms: readonly number[]) => boolean): number =>
      runs.filter(is).length / series;
    const isFailure = (alarms: number | undefined): boolean => (alarms ?? 0) >= settings.confirm;
    const row = (what: string, measured: number): Proof => ({
      group: 'gate',
      ...(what === byTheSecond ? { line: `${ratio}× slower: failed by the second night` } : {}),
      ...(what === withinAWeek ? { line: `${ratio}× slower: ${withinAWeek}` } : {}),
      claim: `${ratio}× slower: ${what}`,
      measured,
      ...(ratio === 1.5 ? { band: [0.95, 1] } : what === withinAWeek ? { band: [0.7, 1] } : {}),
      runs: series,
    });
    return [
      row(
        'warned of on the first night',
        share(alone, ([first = 0]) => first > 0),
      ),
      row(
        byTheSecond,
        share(alone, ([, second]) => isFailure(second)),
      ),
      row(
        withinAWeek,
        share(among, (alarms) => alarms.some(isFailure)),
      ),
    ];
  });
}

/** A model that gets slower by 2 % a night, which no night shows by itself. */
export function creeping(effort: Effort): Proof[] {
  const series = runsFor(300, effort);
  const found = alarmsAfter(1.02, series, isOwn, { nights: 21, creeps: true });
  const failed = found.filter((alarms) => alarms.some((one) => one >= settings.confirm)).length;
  const line = '2 % slower each night: failed within three weeks, four models gated';
  return [{ group: 'gate', line, claim: line, measured: failed / series, band: [0.95, 1], runs: series }];
}

/** Alarms in a row of the first model's cell, on the nights from the regression on, for each series. */
function alarmsAfter(
  ratio: number,
  series: number,
  isWatched: (cell: Watched) => boolean,
  { nights = 7, creeps = false } = {},
): number[][] {
  const world = {
    nights: regressionFrom + nights,
    memory: 0.3,
    hasOutages: false,
    regression: { from: regressionFrom, ratio, creeps },
  };
  return Array.from({ length: series }, (_, run) =>
    gateSeries(simulateNights(world, `regression ${ratio} ${run}`), settings, isWatched)
      .slice(regressionFrom)
      .map((night) => night.find(({ cell }) => isFirst(cell))!.alarms),
  );
}

const seriesSd = 0.08;
const seriesNights = 60;

function levelSeries(memory: number, seed: string, step: { from: number; ratio: number }): number[] {
  const random = seededRandom(seed);
  let noise = seriesSd * normal(random);
  return Array.from({ length: seriesNights }, (_, night) => {
    if (night > 0) noise = memory * noise + Math.sqrt(1 - memory ** 2) * seriesSd * normal(random);
    return noise + (night >= step.from ? Math.log(step.ratio) : 0);
  });
}

/** Change points in sixty nights: of a level that stays, and of one that moves. */
export function levelChanges(effort: Effort): Proof[] {
  const series = runsFor(1000, effort);
  const options = { p: changeAlpha, minimumChange: Math.log(smallestRatio) };
  const found = (memory: number, ratio: number): number => {
    let count = 0;
    for (let run = 0; run < series; run++) {
      const points = changePoints(
        levelSeries(memory, `level ${memory} ${run}`, { from: 40, ratio }),
        options,
      );
      if (ratio === 1 ? points.length > 0 : points.some(({ index }) => Math.abs(index - 40) <= 3)) count++;
    }
    return count / series;
  };
  return [
    ...[0, 0.3].map((memory): Proof => ({
      group: 'trend',
      line: 'sixty nights at one level: some change point',
      claim: `a level that stays for 60 nights: some change point, φ ${memory}`,
      measured: found(memory, 1),
      band: [0, 0.1],
      runs: series,
    })),
    {
      group: 'trend',
      line: 'a level that moves by 1.25×: found within three nights of it',
      claim: '1.25× from night 40 on: found within three nights of it, φ 0.3',
      measured: found(0.3, 1.25),
      band: [0.9, 1],
      runs: series,
    },
  ];
}
