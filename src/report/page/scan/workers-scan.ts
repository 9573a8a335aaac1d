import { compareValues } from '../../../base/compare-values.ts';
import type { RequestRow } from '../../../journal/request-columns.ts';
import { isWorkerLost } from '../../../measure/own-limits.ts';
import { type CellTimeline, Timeline } from './timeline-scan.ts';

/** Work of one worker in a run. */
export interface WorkerTimeline {
  name: string;
  /** Absent: its place has no name. */
  vantage: string | undefined;
  timeline: CellTimeline;
  /** Requests that were lost with it. */
  lost: number;
}

/** Maximum workers whose answers are kept. */
const mostWorkers = 100;
/** Maximum answers kept for each. */
const mostPoints = 512;

interface Kept {
  name: string;
  vantage: string | undefined;
  number: number;
  lost: number;
}

/** The attempts of each worker on the clock. */
export class Workers {
  readonly #timeline: Timeline;
  readonly #kept = new Map<string, Kept>();
  readonly #beyond = new Set<string>();

  /** `startedAt`: of the run, ISO 8601, UTC. */
  constructor(startedAt: string) {
    this.#timeline = new Timeline(startedAt, mostPoints);
  }

  add(row: RequestRow): void {
    if (row.worker === undefined) return;
    const kept = this.#keptOf(row.worker, row.vantage);
    if (kept === undefined) return;
    if (isWorkerLost({ family: row.error_family, code: row.error_code })) kept.lost++;
    this.#timeline.add(row, kept.number);
  }

  #keptOf(name: string, vantage: string | undefined): Kept | undefined {
    const key = JSON.stringify([vantage, name]);
    let kept = this.#kept.get(key);
    if (kept === undefined && this.#kept.size < mostWorkers) {
      kept = { name, vantage, number: this.#kept.size, lost: 0 };
      this.#kept.set(key, kept);
    }
    if (kept === undefined) this.#beyond.add(key);
    return kept;
  }

  /** By place and name. Empty if the process of the run sent everything itself. */
  list(): WorkerTimeline[] {
    return [...this.#kept.values()]
      .map(({ name, vantage, number, lost }) => {
        // Its prompts and models are mixed: there is no usual latency.
        return { name, vantage, lost, timeline: this.#timeline.of(number, () => undefined) };
      })
      .sort((a, b) => compareValues(a.vantage ?? '', b.vantage ?? '') || compareValues(a.name, b.name));
  }

  /** Number of workers beyond the limit. */
  get beyond(): number {
    return this.#beyond.size;
  }
}
