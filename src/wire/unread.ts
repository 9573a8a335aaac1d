import type { Redact } from '../base/redact.ts';
import { cut } from '../base/text.ts';
import { saysNothing, written } from './json-words.ts';

/** Characters shown, so that a person can see what it was. */
const sampleLength = 200;
/** Characters kept until secrets are removed: an earlier cut would leave a part of one. */
const keptLength = 16_000;
/** Number of places counted separately. A server that invents a new one with every frame fills no memory. */
const mostPlaces = 20;

/** Content that was not understood: its place, its count, and its beginning. */
export class Unread {
  readonly #places = new Map<string, { count: number; sample: string }>();

  /** Ignores a value without content. */
  note(place: string, value: unknown): void {
    const known = this.#places.get(place);
    if (known === undefined && this.#places.size >= mostPlaces) return;
    if (saysNothing(value)) return;
    if (known) known.count++;
    else this.#places.set(place, { count: 1, sample: cut(written(value), keptLength) });
  }

  /** Every member of `part` whose name is not in `known`. */
  noteOthers(part: Record<string, unknown>, known: ReadonlySet<string>, place = ''): void {
    for (const name of Object.keys(part))
      if (!known.has(name)) this.note(place === '' ? name : `${place}.${name}`, part[name]);
  }

  get isEmpty(): boolean {
    return this.#places.size === 0;
  }

  /** The most frequent one: its place, then its first characters. Undefined if everything was understood. */
  said(redact: Redact = (text) => text): string | undefined {
    let most: [place: string, found: { count: number; sample: string }] | undefined;
    for (const entry of this.#places) if (!most || entry[1].count > most[1].count) most = entry;
    return most && `${most[0]}: ${cut(redact(most[1].sample), sampleLength)}`;
  }
}
