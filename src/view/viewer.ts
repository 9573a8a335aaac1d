import type { Ms } from '../base/clock.ts';
import { lstat, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { PageFrame } from '../report/page/frame/document.ts';
import type { TrendReport } from '../report/trend/trend-report.ts';
import { runFiles } from '../journal/run-folder.ts';
import { AnswerIndex } from './index/answer-index.ts';
import { RunIndex } from './index/run-index.ts';
import { type RunEntry, RunList } from './index/runs.ts';

export interface ViewerOptions {
  /** Folder that holds all runs. */
  results: string;
  /** The history, read again each time. Absent without one. */
  nights?: () => Promise<{ reports: readonly TrendReport[]; warnings: readonly string[] }>;
  /** The command that starts this program. */
  program: string;
  /** Wall clock, in ms since 1970. */
  now: () => Ms;
}

/** Runs whose rows are held at the same time. The least recently used one is dropped first. */
const mostOpen = 4;

interface OpenRun {
  rows: RunIndex;
  answers: AnswerIndex;
}

/** Data source of the pages. It reads, and never writes. */
export class Viewer {
  readonly options: ViewerOptions;
  readonly runs: RunList;
  readonly #open = new Map<string, OpenRun>();
  readonly #frames = new Map<string, { stamp: string; frame: Promise<PageFrame> }>();

  constructor(options: ViewerOptions) {
    this.options = options;
    this.runs = new RunList(options.results, options.now);
  }

  /** A run by the names of its folders. Undefined if it is not in the list, or leads out of the results. */
  async run(suite: string, id: string): Promise<RunEntry | undefined> {
    const entry = await this.runs.find(suite, id);
    return entry !== undefined && (await this.#isWithin(entry.folder)) ? entry : undefined;
  }

  /** Links are resolved before the target is checked. */
  async #isWithin(folder: string): Promise<boolean> {
    const [root, here] = await Promise.all([realpath(this.options.results), realpath(folder)]);
    if (!here.startsWith(root + sep)) return false;
    const files = await Promise.all(
      Object.values(runFiles).map((name) => lstat(join(folder, name)).catch(() => undefined)),
    );
    // A link leads elsewhere, and a pipe blocks its reader.
    return files.every((file) => file?.isFile() !== false);
  }

  open({ folder }: RunEntry): OpenRun {
    const known = this.#open.get(folder) ?? { rows: new RunIndex(folder), answers: new AnswerIndex(folder) };
    this.#open.delete(folder);
    this.#open.set(folder, known);
    if (this.#open.size > mostOpen) this.#open.delete(this.#open.keys().next().value!);
    return known;
  }

  /** A slow page, made once as long as `stamp` stays the same. */
  kept(key: string, stamp: string, make: () => Promise<PageFrame>): Promise<PageFrame> {
    const known = this.#frames.get(key);
    if (known?.stamp === stamp) return known.frame;
    const frame = make();
    this.#frames.set(key, { stamp, frame });
    frame.catch(() => this.#frames.delete(key));
    if (this.#frames.size > 2 * mostOpen) this.#frames.delete(this.#frames.keys().next().value!);
    return frame;
  }
}
