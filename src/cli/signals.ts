import type { Ms } from '../base/clock.ts';

/** How long requests in flight may take to end after the first signal. */
const drainMs: Ms = 10_000;

export interface Interruption {
  /** Aborted by the first signal: send nothing more. */
  stop: AbortSignal;
  /** Aborted by the second one, or if the drain has taken too long: cancel what is in flight. */
  kill: AbortSignal;
  /** Stops listening to signals. */
  end(): void;
}

/** Turns Ctrl-C and SIGTERM, as emitted by `source`, into an orderly end. Listens until it is ended. */
export function onInterruption(source: NodeJS.EventEmitter, say: (text: string) => void): Interruption {
  const stop = new AbortController();
  const kill = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const onSignal = (): void => {
    if (stop.signal.aborted) {
      kill.abort();
      return;
    }
    say(`stopping: waiting up to ${drainMs / 1000} s for answers in flight; press again to stop now`);
    stop.abort();
    timer = setTimeout(() => kill.abort(), drainMs);
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) source.on(signal, onSignal);
  return {
    stop: stop.signal,
    kill: kill.signal,
    end() {
      clearTimeout(timer);
      for (const signal of signals) source.off(signal, onSignal);
    },
  };
}
