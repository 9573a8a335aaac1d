import { betaCdf } from '../../stats/beta.ts';

/** One answer: its worker, cell and prompt, and the logarithm of its latency. */
export interface WorkerAnswer {
  worker: string;
  /** Absent: places have no names. */
  vantage: string | undefined;
  cell: string;
  prompt: string;
  log: number;
}

/** The share of the variance of log latency that workers explain, and the worker farthest from the others. */
export interface WorkerShare {
  /** 0 to 1. */
  share: number;
  worker: string;
  /** Its latency ÷ that of all. */
  times: number;
}

/** A smaller share does not matter. */
const muchShare = 0.02;
/** False alarms if workers are alike, as a share of runs. */
const alpha = 0.01;
const fewestAnswers = 30;

/**
 * Whether machines of one place are alike: the share of the variance of log latency that the worker explains, beyond
 * chance (epsilon squared), after removing model and prompt, if an F test is significant. Undefined if it is small, or
 * if there are too few answers.
 */
export function workerShare(answers: readonly WorkerAnswer[]): WorkerShare | undefined {
  const workers = new Set(answers.map(({ worker }) => worker)).size;
  const places = new Set(answers.map(({ vantage }) => vantage)).size;
  const between = workers - places;
  if (between < 1 || answers.length < fewestAnswers) return undefined;
  const without = fitted(answers, ['cell', 'prompt']);
  const withWorkers = fitted(answers, ['cell', 'prompt', 'worker']);
  const levels = without.effects.reduce((sum, effects) => sum + effects.size, 0);
  const within = answers.length - levels + 1 - between;
  if (within < 1 || without.rest === 0) return undefined;
  const explained = without.rest - withWorkers.rest;
  const noise = withWorkers.rest / within;
  const share = (explained - between * noise) / without.rest;
  const f = explained / between / noise;
  const p = betaCdf(within / (within + between * f), within / 2, between / 2);
  if (!(share > muchShare && p < alpha)) return undefined;
  const [worker, effect] = [...withWorkers.effects[2]!].sort(([, a], [, b]) => Math.abs(b) - Math.abs(a))[0]!;
  return { share, worker, times: Math.exp(effect) };
}

/** Rounds in which the effects converge, even if not every worker has asked every prompt. */
const rounds = 40;

/** Additive effects of these factors by least squares, each in turn, and the sum of squares that they leave. */
function fitted(
  answers: readonly WorkerAnswer[],
  factors: readonly ('cell' | 'prompt' | 'worker')[],
): { effects: Map<string, number>[]; rest: number } {
  const left = answers.map(({ log }) => log);
  const groups = factors.map((factor) => Map.groupBy(answers.keys(), (at) => answers[at]![factor]));
  const effects = groups.map((group) => new Map(Array.from(group.keys(), (key) => [key, 0])));
  for (let round = 0; round < rounds; round++)
    for (const [place, group] of groups.entries())
      for (const [key, members] of group) {
        const mean = members.reduce((sum, at) => sum + left[at]!, 0) / members.length;
        for (const at of members) left[at]! -= mean;
        effects[place]!.set(key, effects[place]!.get(key)! + mean);
      }
  return { effects, rest: left.reduce((sum, one) => sum + one ** 2, 0) };
}
