import type { PlannedRequest } from '../../plan/plan.ts';
import type { Admit, LoadMode, LoadOptions } from './load-mode.ts';

/**
 * Closed loop: a request is sent when an earlier one ends, block after block.
 *
 * Every model owes the same number of answers, so the slowest sets the time of the run. The others lose
 * nothing by waiting for it, and the requests of a block stay together in time: no model runs more than a few
 * blocks ahead of another (its ceiling, plus one).
 */
export const closedLoop: LoadMode = {
  name: 'closed-loop',
  summary: 'the next request waits for an answer: N in flight, models in step',
  async drive(options) {
    const window = new BlockWindow(options.concurrency.highestCeiling + 1);
    const underWay = new Set<Promise<void>>();
    const failed = new AbortController();
    for (const block of options.blocks) {
      if (block.length === 0) continue;
      await window.place();
      if (options.stop.aborted || failed.signal.aborted) break;
      const allSent = window.open(block.length);
      for (const planned of block) {
        const done = hand(planned, options, failed.signal, allSent).catch((error: unknown) => {
          failed.abort(error);
        });
        underWay.add(done);
        void done.finally(() => underWay.delete(done));
      }
    }
    await Promise.all(underWay);
    failed.signal.throwIfAborted();
  },
};

async function hand(
  planned: PlannedRequest,
  options: LoadOptions,
  failed: AbortSignal,
  sent: () => void,
): Promise<void> {
  let first = true;
  const markSent = (): void => {
    if (first) sent();
    first = false;
  };
  let place: Promise<() => void> | undefined;
  const admit: Admit = async (send, ready) => {
    await (place ??= options.concurrency.place(planned.cell));
    await ready?.();
    return options.concurrency.run(planned.cell, () => {
      markSent();
      // What cannot be kept must not be paid for: after an error nothing that waits for its turn is sent.
      failed.throwIfAborted();
      return send();
    });
  };
  try {
    await options.perform(planned, admit);
  } finally {
    (await place)?.();
    // Skipped without being sent: nobody shall wait for it.
    markSent();
  }
}

/** Blocks that have been opened and still have requests to send. */
class BlockWindow {
  readonly #size: number;
  #open = 0;
  #waiting: (() => void) | undefined;

  constructor(size: number) {
    this.#size = size;
  }

  /** Resolves when another block may be opened. */
  async place(): Promise<void> {
    while (this.#open >= this.#size) await new Promise<void>((resolve) => (this.#waiting = resolve));
  }

  /** Opens a block; the function given back is to be called once for each of its requests. */
  open(requests: number): () => void {
    let unsent = requests;
    this.#open++;
    return () => {
      if (--unsent > 0) return;
      this.#open--;
      this.#waiting?.();
      this.#waiting = undefined;
    };
  }
}
