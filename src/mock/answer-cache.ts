import { createHash } from 'node:crypto';
import type { Draw } from './simulator.ts';

const maxEntries = 1000;

/** Answers of the gateway's cache, as the draws that made them: a hit says the same again, at once. */
export class AnswerCache {
  readonly #draws = new Map<string, Draw>();

  get(key: string): Draw | undefined {
    return this.#draws.get(key);
  }

  set(key: string, draw: Draw): void {
    this.#draws.delete(key);
    this.#draws.set(key, draw);
    if (this.#draws.size > maxEntries) this.#draws.delete(this.#draws.keys().next().value!);
  }
}

/** The whole body counts, and `x-sim`, which is a part of the model; unless the caller names a key of its own. */
export function cacheKey(path: string, body: string, sim = '', ownKey?: string): string {
  if (ownKey !== undefined) return `own ${ownKey}`;
  return createHash('sha1').update(`${path}\n${sim}\n`).update(body).digest('base64');
}
