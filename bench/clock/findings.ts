import { median } from '../../src/stats/quantile.ts';
import type { Found, Task } from './task.ts';

/** One number per repetition. Undefined if a task failed. */
export type Values = readonly (number | undefined)[];

/** Findings of every task, repetition by repetition. */
export class Series {
  readonly #found = new Map<string, (Found<Task> | undefined)[]>();

  /** Undefined: the task failed this time. */
  add<T extends Task>(task: T, found: Found<T> | undefined): void {
    const key = JSON.stringify(task);
    this.#found.set(key, [...(this.#found.get(key) ?? []), found]);
  }

  of<T extends Task>(task: T): readonly (Found<T> | undefined)[] {
    return (this.#found.get(JSON.stringify(task)) ?? []) as (Found<T> | undefined)[];
  }

  values<T extends Task>(task: T, figure: (found: Found<T>) => number | undefined): Values {
    return this.of(task).map((found) => found && figure(found));
  }
}

/** Ratios within each repetition, whose two sides ran one after the other. */
export const ratios = (above: Values, below: Values): Values =>
  paired(above, below, (value, other) => value / other);

/** As above, as differences. */
export const differences = (more: Values, less: Values): Values =>
  paired(more, less, (value, other) => value - other);

function paired(ones: Values, others: Values, of: (one: number, other: number) => number): Values {
  return ones.map((one, index) => {
    const other = others[index];
    return one === undefined || other === undefined ? undefined : of(one, other);
  });
}

/** Combines several repetitions into one figure. */
export interface Figure {
  median: number;
  low: number;
  high: number;
  n: number;
}

/** Undefined if every repetition failed. */
export function figureOf(values: Values): Figure | undefined {
  const known = values.filter((value) => value !== undefined);
  if (known.length === 0) return undefined;
  return { median: median(known), low: Math.min(...known), high: Math.max(...known), n: known.length };
}
