import type { Clock, Ms } from '../base/clock.ts';
import { oneLine } from '../base/text.ts';
import { painter } from '../report/paint.ts';
import { workerLines, type WorkerState } from '../run/worker-state.ts';
import { bars } from './progress/bars.ts';
import { openLiveScreen } from './progress/live-screen.ts';
import { isLineDue, plainLine, plainWorkerLines } from './progress/plain.ts';
import { newTally, sums, type Tally } from './progress/tally.ts';

/** Progress of a run. Unknown models are ignored: the display must never stop a measurement. */
export interface Progress {
  /** An attempt was sent, in this visit if it is part of one. */
  started(model: string, visit?: string): void;
  /** The attempt has ended. Only a request's `final` one (the default) counts as done. */
  ended(model: string, outcome: { ok: boolean; ttftMs?: Ms | undefined; final?: boolean }): void;
  /** Nothing more is sent to it: its remaining requests no longer count. */
  off(model: string): void;
  /** The number of planned requests has changed. */
  planned(model: string, total: number): void;
  /** Updates the workers that send for this run. */
  workers(states: readonly WorkerState[]): void;
  /** A line for people that stays, above the live lines. */
  note(text: string): void;
  /** Shows the final state and restores the terminal. Must be called; later calls do nothing. */
  stop(): void;
}

export interface ProgressOptions {
  stream: NodeJS.WriteStream;
  models: readonly { id: string; total: number }[];
  quiet: boolean;
  color: boolean;
  clock: Clock;
  /** Bars that are redrawn, instead of an occasional line. See `isLive`. */
  live: boolean;
}

/** Fast enough for the eye, rare enough not to affect the timing. */
const liveInterval: Ms = 125;
/** Interval between checks whether a line is due. */
const plainInterval: Ms = 1000;

/** Live bars on a terminal, sparse lines elsewhere, nothing when quiet. */
export function createProgress(options: ProgressOptions): Progress {
  const { models, clock } = options;
  const tally = newTally(models, clock.now());
  const view = viewFor(options, tally);
  let isOver = false;
  return {
    started(id, visit) {
      const model = tally.models.get(id);
      if (!model) return;
      model.inFlight++;
      tally.visit = visit === undefined ? undefined : oneLine(visit);
      view.changed();
    },
    ended(id, { ok, ttftMs, final = true }) {
      const model = tally.models.get(id);
      if (!model) return;
      model.inFlight = Math.max(0, model.inFlight - 1);
      if (final) {
        model.done++;
        // The number of requests of a search for a limit is not known in advance.
        if (model.done > model.total) model.total = Math.ceil(model.total * 1.1) + 1;
        if (!ok) model.failed++;
        if (ok && ttftMs !== undefined) model.ttft.add(ttftMs);
      }
      view.changed();
    },
    off(id) {
      const model = tally.models.get(id);
      if (!model) return;
      model.isOff = true;
      view.changed();
    },
    planned(id, total) {
      const model = tally.models.get(id);
      if (!model) return;
      model.total = total;
      view.changed();
    },
    workers(states) {
      tally.workers = workerLines(states);
      view.changed();
    },
    note: (text) => view.note(oneLine(text)),
    stop() {
      if (!isOver) view.stop();
      isOver = true;
    },
  };
}

/** Bars need a terminal that can move its cursor, and in CI they have no viewer. */
export function isLive(stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean {
  const isCi = env.CI !== undefined && env.CI !== '' && env.CI !== 'false' && env.CI !== '0';
  return stream.isTTY === true && !isCi && env.TERM !== 'dumb';
}

interface View {
  /** Cheap: only marks that there is something to show. */
  changed(): void;
  note(line: string): void;
  stop(): void;
}

function viewFor(options: ProgressOptions, tally: Tally): View {
  if (options.quiet) return { changed: nothing, note: nothing, stop: nothing };
  return options.live ? liveView(options, tally) : plainView(options, tally);
}

const nothing = (): void => undefined;

function liveView({ stream, color, clock }: ProgressOptions, tally: Tally): View {
  const paint = painter(color);
  let isStale = false;
  let drawnAt = clock.now();
  const draw = (): void => {
    isStale = false;
    drawnAt = clock.now();
    screen.draw(bars(tally, drawnAt, stream.columns, paint));
  };
  const screen = openLiveScreen(stream, draw);
  draw();
  const stopTicking = every(liveInterval, clock, () => {
    // Durations keep counting while no answer comes.
    if (isStale || clock.now() - drawnAt >= 1000) draw();
  });
  return {
    changed: () => (isStale = true),
    note: (line) => screen.above(line),
    stop() {
      stopTicking();
      draw();
      screen.close();
    },
  };
}

function plainView({ stream, clock }: ProgressOptions, tally: Tally): View {
  const last = { done: 0, at: clock.now() };
  const write = (): void => {
    last.done = sums(tally).done;
    last.at = clock.now();
    const lines = [plainLine(tally, last.at), ...plainWorkerLines(tally)];
    stream.write(lines.map((line) => `${line}\n`).join(''));
  };
  const writeIfDue = (): void => {
    if (isLineDue(tally, last, clock.now())) write();
  };
  const stopTicking = every(plainInterval, clock, writeIfDue);
  return {
    changed: writeIfDue,
    note: (line) => stream.write(`${line}\n`),
    stop() {
      stopTicking();
      if (sums(tally).done > last.done) write();
    },
  };
}

/** Until the returned function is called. */
function every(interval: Ms, clock: Clock, act: () => void): () => void {
  const stopping = new AbortController();
  void (async () => {
    for (;;) {
      await clock.sleep(interval, stopping.signal).catch(nothing);
      if (stopping.signal.aborted) return;
      act();
    }
  })();
  return () => stopping.abort();
}
