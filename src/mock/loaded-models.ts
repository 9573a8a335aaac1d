import type { Ms } from '../base/clock.ts';

const keepAliveMs = 5 * 60_000;

/** Which models a local Ollama holds in memory, and until when. */
export class LoadedModels {
  readonly #until = new Map<string, Ms>();

  /** Uses a model for one request; says whether it had to be loaded. A keep-alive of 0 unloads it afterwards. */
  use(model: string, now: Ms, keepAlive: Ms = keepAliveMs): 'cold' | 'warm' {
    const wasLoaded = (this.#until.get(model) ?? -Infinity) > now;
    this.#until.set(model, now + keepAlive);
    return wasLoaded ? 'warm' : 'cold';
  }

  /** Those in memory, and how long they will stay. */
  list(now: Ms): { model: string; leftMs: Ms }[] {
    const entries = Array.from(this.#until, ([model, until]) => ({ model, leftMs: until - now }));
    return entries.filter(({ leftMs }) => leftMs > 0);
  }
}

/** `keep_alive` as Ollama takes it: seconds, or text such as `10m`; below 0 for ever. Absent when it says nothing. */
export function keepAliveOf(value: unknown): Ms | undefined {
  const match = typeof value === 'string' ? /^(-?\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(value) : null;
  const units: Record<string, Ms> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  const ms =
    typeof value === 'number' ? value * 1000 : match ? Number(match[1]) * units[match[2] ?? 's']! : undefined;
  return ms !== undefined && ms < 0 ? Infinity : ms;
}
