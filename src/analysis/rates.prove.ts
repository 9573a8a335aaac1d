import { normal, seededRandom, type Random } from '../base/random.ts';
import type { RequestRow } from '../journal/request-columns.ts';
import { clusteredMean } from '../stats/clustered-mean.ts';
import { Collector, type CellSamples } from './collect.ts';
import { headlineOf } from './statistic.ts';
import { covers } from './coverage.prove.ts';
import { runsFor, type Effort, type Proof } from './testing/proof.ts';
import { row } from './testing/rows.ts';

/*
 * How fast a model writes, in a world with typical lengths of answers: tokens are log-normal around 80 with a factor of
 * e from prompt to prompt and 1.3 from repeat to repeat; a token takes 12 ms, plus or minus 10 % by prompt and 5 % by
 * request; and a pause of about 150 ms comes once every hundred tokens. These values are assumptions.
 */
const repeats = 5;
const msPerToken = 12;
const pauseMs = 150;
const pausesPerToken = 0.01;

interface Answer {
  tokens: number;
  ms: number;
}

function answersOf(random: Random): Answer[] {
  const length = Math.log(80) + normal(random);
  const pace = 0.1 * normal(random);
  return Array.from({ length: repeats }, () => {
    const tokens = Math.max(2, Math.round(Math.exp(length + 0.26 * normal(random))));
    const each = msPerToken * Math.exp(pace + 0.05 * normal(random));
    let ms = tokens * each;
    // Pauses come with the tokens, one by one.
    for (let token = 0; token < tokens; token++)
      if (random() < pausesPerToken) ms += -pauseMs * Math.log(1 - random());
    return { tokens, ms };
  });
}

/** Decode time over tokens, for all prompts of this kind. */
function truth(prompts: number): number {
  const random = seededRandom('rates truth');
  let [ms, tokens] = [0, 0];
  for (let prompt = 0; prompt < prompts; prompt++)
    for (const answer of answersOf(random)) {
      ms += answer.ms;
      tokens += answer.tokens;
    }
  return ms / tokens;
}

const rowOf = (prompt: number, repeat: number, { tokens, ms }: Answer): RequestRow =>
  row({
    ...{ run_id: 'simulated', prompt_id: `p${prompt}`, repeat },
    ...{ ttft_ms: 100, e2e_latency_ms: 100 + ms, tpot_ms: ms / tokens, output_tps: (1000 * tokens) / ms },
  });

function cellOf(prompts: number, seed: string): CellSamples {
  const random = seededRandom(seed);
  const collector = new Collector();
  for (let prompt = 0; prompt < prompts; prompt++)
    for (const [repeat, answer] of answersOf(random).entries()) collector.add(rowOf(prompt, repeat, answer));
  return collector.collected().cells[0]!;
}

/** How often the interval of a model's rate contains the truth, compared with the mean of its answers' own rates. */
export function rates(effort: Effort): Proof[] {
  const runs = runsFor(1000, effort);
  const target = 1000 / truth(Math.round(Math.max(20_000, 100_000 * effort)));
  return [10, 20, 40, 80].flatMap((prompts): Proof[] => {
    let [held, naive] = [0, 0];
    for (let run = 0; run < runs; run++) {
      const cell = cellOf(prompts, `rates ${prompts} ${run}`);
      if (covers(headlineOf(cell, 'output_tps', NaN)!.interval, target)) held++;
      const own = [...cell.prompts.values()].map((samples) => samples.measured('output_tps'));
      if (covers(clusteredMean(own).interval, target)) naive++;
    }
    return [
      {
        group: 'rates',
        line: 'tok/s of a model, decode time over tokens: its interval holds the truth',
        claim: `tok/s, ${prompts} prompts × ${repeats}`,
        measured: held / runs,
        band: [0.93, 1],
        runs,
      },
      // With few prompts both are too wide to be proved wrong.
      ...(prompts < 40
        ? []
        : [
            {
              group: 'rates',
              line: "the same as the mean of its answers' own rates",
              claim: `mean of rates, ${prompts} prompts × ${repeats}`,
              measured: naive / runs,
              band: [0.93, 1],
              mustLeave: true,
              runs,
            } satisfies Proof,
          ]),
    ];
  });
}
