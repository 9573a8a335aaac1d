import { cellKey, type Cell } from '../plan/cell.ts';
import type { Clock, Ms } from '../base/clock.ts';
import type { OutageScope } from './retry.ts';

/** The first wait. Each further one is twice as long. */
const firstWaitMs: Ms = 100;
const longestWaitMs: Ms = 10_000;
/** A route that never worked is probably set up wrong, and not away. */
const unreachedMs: Ms = 10_000;

/** A route, or a model on it, that does not answer. */
interface Hold {
  /** Its name for people. */
  name: string;
  since: Ms;
  /** Maximum duration. */
  limitMs: Ms;
  waitMs: Ms;
  probeAt: Ms;
  /** One request is on its way to probe. */
  probing: boolean;
  /** Wakes those that wait for a change. */
  wake: () => void;
  changed: Promise<void>;
}

/** Permission to send one attempt. */
export interface Turn {
  /** The outage that it probes for the others. */
  probes: readonly string[];
}

export interface OutagesOptions {
  clock: Clock;
  /** Maximum duration of an outage. */
  outageMs: Ms;
  /** Aborted: waiting ends. */
  stop: AbortSignal;
  note: (text: string) => void;
  /** It took too long. `othersAnswer`: only this model is away; others on the same route answered meanwhile. */
  onGivenUp: (cell: Cell, reason: string, othersAnswer: boolean) => void;
}

/**
 * Holds back what would be sent to a dead server. While a server is away or busy, one request probes after growing
 * waits. All others wait in order, without using up their attempts.
 */
export class Outages {
  readonly #options: OutagesOptions;
  readonly #holds = new Map<string, Hold>();
  readonly #reached = new Set<string>();
  /** When each model last answered. */
  readonly #answers = new Map<string, { cell: Cell; at: Ms }>();

  constructor(options: OutagesOptions) {
    this.#options = options;
  }

  /** Waits until an attempt may be sent. Undefined if the run stops first. */
  async turn(cell: Cell): Promise<Turn | undefined> {
    const probes: string[] = [];
    for (;;) {
      if (this.#options.stop.aborted) break;
      const key = keysOf(cell).find((one) => this.#holds.has(one) && !probes.includes(one));
      if (key === undefined) return { probes };
      const hold = this.#holds.get(key)!;
      if (hold.probing) await this.#orStopped(hold.changed);
      else {
        hold.probing = true;
        probes.push(key);
        await this.#sleep(hold.probeAt - this.#options.clock.now());
      }
    }
    this.release({ probes });
    return undefined;
  }

  /** Whether an attempt must wait after all, because of what happened since it got its turn. */
  isHeld(cell: Cell, { probes }: Turn): boolean {
    return keysOf(cell).some((key) => this.#holds.has(key) && !probes.includes(key));
  }

  /** Returns a turn that was not used, or that gave no information. */
  release({ probes }: Turn): void {
    for (const key of probes) {
      const hold = this.#holds.get(key);
      if (!hold) continue;
      hold.probing = false;
      wakeAll(hold);
    }
  }

  /** Whether a server was ever reached on the way to this cell. */
  wasReached({ route }: Cell): boolean {
    return this.#reached.has(route);
  }

  /** A server was reached. */
  reached(cell: Cell, { probes }: Turn, answered: boolean): void {
    this.#reached.add(cell.route);
    if (answered) this.#answers.set(cellKey(cell), { cell, at: this.#options.clock.now() });
    for (const key of probes) this.#end(key);
  }

  /** No server was reached. `askedMs` is how long the server asked us to wait, 0 if it did not. */
  missed(
    cell: Cell,
    { probes }: Turn,
    { scope, message, askedMs }: { scope: OutageScope; message: string; askedMs: Ms },
  ): void {
    const { clock, outageMs, note } = this.#options;
    const isUnknown = scope === 'route' && !this.wasReached(cell);
    const limitMs = isUnknown ? Math.min(outageMs, unreachedMs) : outageMs;
    const key = scope === 'route' ? cell.route : cellKey(cell);
    // A server that says that its model is away is itself available.
    for (const other of probes) if (other !== key) this.#end(other);
    const now = clock.now();
    let hold = this.#holds.get(key);
    // Requests in flight when it began all report the same: only the first and the probe count.
    if (hold && !probes.includes(key)) return;
    if (!hold) {
      hold = {
        name: nameOf(key, cell),
        since: now,
        limitMs,
        waitMs: firstWaitMs,
        probeAt: now,
        probing: false,
        ...signal(),
      };
      this.#holds.set(key, hold);
      const why = message.replace(/[.\s]+$/, '');
      note(
        isUnknown
          ? `${hold.name} has never been reached. Trying for up to ${seconds(limitMs)}: ${why}. To find the cause: gatebench doctor`
          : `${hold.name} is paused, and retried for up to ${seconds(limitMs)}: ${why}`,
      );
    }
    hold.probing = false;
    const end = hold.since + hold.limitMs;
    if (now >= end) this.#giveUp(key, cell, hold, message);
    // The last probe is at the very end.
    hold.probeAt = Math.min(now + Math.max(hold.waitMs, askedMs), Math.max(end, now));
    hold.waitMs = Math.min(hold.waitMs * 2, longestWaitMs);
    wakeAll(hold);
  }

  #giveUp(key: string, cell: Cell, hold: Hold, message: string): void {
    const othersAnswer =
      key !== cell.route &&
      this.#answers
        .values()
        .some((one) => one.cell.route === cell.route && cellKey(one.cell) !== key && one.at >= hold.since);
    const reason = `no answer for ${seconds(hold.limitMs)} (${message})`;
    this.#options.onGivenUp(cell, reason, othersAnswer);
  }

  #end(key: string): void {
    const hold = this.#holds.get(key);
    if (!hold) return;
    this.#holds.delete(key);
    wakeAll(hold);
    const { clock, note } = this.#options;
    note(`${hold.name} is back after ${seconds(clock.now() - hold.since)}`);
  }

  async #sleep(ms: Ms): Promise<void> {
    const { clock, stop } = this.#options;
    if (ms > 0) await clock.sleep(ms, stop).catch(() => undefined);
  }

  async #orStopped(changed: Promise<void>): Promise<void> {
    const { stop } = this.#options;
    let onAbort = (): void => undefined;
    const stopped = new Promise<void>((resolve) => {
      onAbort = resolve;
      stop.addEventListener('abort', onAbort);
    });
    await Promise.race([changed, stopped]);
    stop.removeEventListener('abort', onAbort);
  }
}

/** The route first: while it is away, nothing is known about a model on it. */
const keysOf = (cell: Cell): string[] => [cell.route, cellKey(cell)];

const nameOf = (key: string, { model, route }: Cell): string =>
  key === route ? `the route ${route}` : model.id;

const seconds = (ms: Ms): string => `${Math.round(ms / 100) / 10} s`;

function signal(): Pick<Hold, 'wake' | 'changed'> {
  let wake = (): void => undefined;
  const changed = new Promise<void>((resolve) => (wake = resolve));
  return { wake, changed };
}

function wakeAll(hold: Hold): void {
  const { wake } = hold;
  Object.assign(hold, signal());
  wake();
}
