import type { RowCollector } from '../../analysis/analyse.ts';
import type { Collected } from '../../analysis/collect.ts';
import type { RequestRow } from '../../journal/request-columns.ts';
import { cellKey } from '../../plan/cell.ts';
import { mean } from '../../stats/quantile.ts';
import { AnswerChoice, type ChosenAnswer } from './scan/answer-choice-scan.ts';
import { type FailureKind, Failures, Slowest, type SlowRequest } from './scan/failures-scan.ts';
import { type PhaseMeans, Phases, Tokens, type TokenSums } from './scan/parts-scan.ts';
import { type CellTimeline, Timeline, type UsualLatency } from './scan/timeline-scan.ts';
import { Workers, type WorkerTimeline } from './scan/workers-scan.ts';

/** What the page needs from the rows in addition to the summary. Lists are by cell. */
export interface ScannedRows {
  timelines: readonly CellTimeline[];
  phases: readonly (PhaseMeans | undefined)[];
  tokens: readonly (TokenSums | undefined)[];
  failures: readonly FailureKind[];
  failuresBeyond: number;
  slowest: readonly SlowRequest[];
  answers: readonly ChosenAnswer[];
  workers: readonly WorkerTimeline[];
  workersBeyond: number;
}

export interface ScanOptions {
  /** Same rows: the timeline needs the usual latency of each prompt. */
  collected: Collected;
  /** Prompts whose answers will be shown. */
  answerPrompts: readonly string[];
}

/**
 * Observes the rows of a run. Only measured requests count. Memory grows with models and prompts, not with the number
 * of rows.
 */
export class PageScan implements RowCollector {
  /** Numbers of cells by key, in order of appearance. */
  readonly #numbers = new Map<string, number>();
  readonly #timeline: Timeline;
  readonly #workers: Workers;
  readonly #phases = new Phases();
  readonly #tokens = new Tokens();
  readonly #slowest = new Slowest();
  readonly #failures = new Failures();
  readonly #answers = new AnswerChoice();

  /** `startedAt`: of the run, ISO 8601, UTC. */
  constructor(startedAt: string) {
    this.#timeline = new Timeline(startedAt);
    this.#workers = new Workers(startedAt);
  }

  add(row: RequestRow): void {
    if (row.phase !== 'measure') return;
    const key = cellKey(row);
    const number = this.#numbers.get(key) ?? this.#numbers.size;
    this.#numbers.set(key, number);
    this.#workers.add(row);
    for (const part of [
      this.#timeline,
      this.#phases,
      this.#tokens,
      this.#slowest,
      this.#failures,
      this.#answers,
    ])
      part.add(row, number);
  }

  /** Call after all rows. */
  scanned({ collected: { cells }, answerPrompts }: ScanOptions): ScannedRows {
    const numbers = cells.map((cell) => this.#numbers.get(cellKey(cell)) ?? -1);
    const placed = <T extends { cell: number }>(list: readonly T[]): T[] =>
      list.map((item) => ({ ...item, cell: numbers.indexOf(item.cell) }));
    return {
      timelines: cells.map((cell, place) => this.#timeline.of(numbers[place]!, usualLatency(cell))),
      phases: numbers.map((number) => this.#phases.of(number)),
      tokens: numbers.map((number) => this.#tokens.of(number)),
      failures: this.#failures.list().map((kind) => ({
        ...kind,
        byCell: new Map([...kind.byCell].map(([number, count]) => [numbers.indexOf(number), count])),
      })),
      failuresBeyond: this.#failures.beyond,
      slowest: placed(this.#slowest.list()),
      answers: placed(this.#answers.list(answerPrompts, (number) => numbers.indexOf(number))),
      workers: this.#workers.list(),
      workersBeyond: this.#workers.beyond,
    };
  }
}

/**
 * Usual latency of a model on a prompt: the geometric mean of its sound answers. Not their median, which is one of the
 * answers if there are three, and would make a third of all answers look perfectly usual.
 */
function usualLatency({ prompts }: Collected['cells'][number]): UsualLatency {
  const usual = new Map(
    [...prompts].map(([prompt, samples]) => [prompt, geometricMean(samples.measured('e2e_latency_ms'))]),
  );
  return (promptId) => usual.get(promptId);
}

/** Undefined for fewer than two: an answer cannot be compared with itself. */
function geometricMean(values: readonly number[]): number | undefined {
  return values.length < 2 ? undefined : Math.exp(mean(values.map((value) => Math.log(value))));
}
