import { cellKey } from '../../plan/cell.ts';
import type { RequestRow } from '../../journal/request-columns.ts';
import type { Collected } from '../../analysis/collect.ts';
import { mean } from '../../stats/quantile.ts';
import { AnswerChoice, type ChosenAnswer } from './scan/answer-choice-scan.ts';
import { Failures, type FailureKind } from './scan/failures-scan.ts';
import { Phases, type PhaseMeans } from './scan/phases-scan.ts';
import { Slowest, type SlowRequest } from './scan/slowest-scan.ts';
import { Timeline, type CellTimeline, type UsualLatency } from './scan/timeline-scan.ts';
import { Tokens, type TokenSums } from './scan/tokens-scan.ts';

/** What the page needs of the rows beyond what the summary has collected of them. Lists are by cell. */
export interface ScannedRows {
  timelines: readonly CellTimeline[];
  phases: readonly (PhaseMeans | undefined)[];
  tokens: readonly (TokenSums | undefined)[];
  failures: readonly FailureKind[];
  failuresBeyond: number;
  slowest: readonly SlowRequest[];
  answers: readonly ChosenAnswer[];
}

export interface ScanOptions {
  /** The same rows, collected before: the timeline needs the usual latency of each prompt. */
  collected: Collected;
  /** ISO 8601, UTC. */
  startedAt: string;
  /** Prompts whose answers shall be shown. */
  answerPrompts: readonly string[];
}

/** One pass over the rows of a run. Only measured requests enter. Memory does not grow with their number. */
export async function scanRows(
  rows: AsyncIterable<RequestRow> | Iterable<RequestRow>,
  options: ScanOptions,
): Promise<ScannedRows> {
  const { cells } = options.collected;
  const places = new Map(cells.map((cell, place) => [cellKey(cell), place]));
  const timeline = new Timeline(options.startedAt, usualLatencies(options.collected, places));
  const [phases, tokens, slowest] = [new Phases(), new Tokens(), new Slowest()];
  const failures = new Failures();
  const answers = new AnswerChoice(options.answerPrompts);
  for await (const row of rows) {
    const cell = places.get(cellKey(row));
    if (cell === undefined || row.phase !== 'measure') continue;
    for (const part of [timeline, phases, tokens, slowest, failures, answers]) part.add(row, cell);
  }
  return {
    timelines: cells.map((_, cell) => timeline.of(cell)),
    phases: cells.map((_, cell) => phases.of(cell)),
    tokens: cells.map((_, cell) => tokens.of(cell)),
    failures: failures.list(),
    failuresBeyond: failures.beyond,
    slowest: slowest.list(),
    answers: answers.list(),
  };
}

/**
 * What a model usually takes on a prompt: the geometric mean of its sound answers. Not their median, which is one of
 * them when there are three and would make a third of all answers look perfectly usual.
 */
function usualLatencies({ cells }: Collected, places: ReadonlyMap<string, number>): UsualLatency {
  const usual = cells.map(
    ({ prompts }) =>
      new Map(
        [...prompts].map(([prompt, samples]) => [prompt, geometricMean(samples.measured('e2e_latency_ms'))]),
      ),
  );
  return (row) => usual[places.get(cellKey(row)) ?? -1]?.get(row.prompt_id);
}

/** Undefined for fewer than two: an answer cannot be compared with itself. */
function geometricMean(values: readonly number[]): number | undefined {
  return values.length < 2 ? undefined : Math.exp(mean(values.map((value) => Math.log(value))));
}
