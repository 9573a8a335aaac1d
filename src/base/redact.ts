import { disguises } from './disguises.ts';
import { decoded, plainText, type Plain } from './plain-text.ts';

/** Replaces every secret in a text. */
export type Redact = (text: string) => string;

/** Shorter ones would blank out ordinary words. */
const shortestSecret = 6;
/** A run of this many characters gives a secret away, whatever is around it. */
const longestTrace = 12;
/** A secret with fewer letters and digits is searched only as written. */
const shortestDisguised = 8;
/** Limits on remembered texts, and on their characters. */
const mostHarmless = 512;
const longestHarmless = 1_000_000;

/**
 * Removes secrets (tokens, the account id) from text that came from outside. A server may echo the request's headers
 * in its error body. A secret is recognized as written, in other cases, with blanks, dashes, escape sequences or
 * zero-width characters between its letters, escaped for URLs, JSON or HTML, in UTF-16, base64, hex and backwards. So
 * is any part of it of twelve characters, because text may have been cut before it came here.
 */
export function redactor(secrets: ReadonlyMap<string, string>): Redact {
  // Longest first, so that a secret inside another one leaves no remainder.
  const known = [...secrets]
    .filter(([secret]) => secret.length >= shortestSecret)
    .sort(([a], [b]) => b.length - a.length);
  if (known.length === 0) return (text) => text;
  const traces = new Traces(known);
  const harmless = new Harmless();
  return (text) => {
    if (text.length < shortestSecret || harmless.has(text)) return text;
    const clean = redacted(text);
    if (clean === text) harmless.add(text);
    return clean;
  };

  function redacted(text: string): string {
    let clean = text;
    for (const [secret, name] of known) {
      if (clean.includes(secret)) clean = clean.replaceAll(secret, () => `[${name}]`);
    }
    if (traces.isEmpty) return clean;
    const unescaped = decoded(clean);
    if (unescaped !== undefined) clean = withoutTraces(clean, unescaped, traces);
    return withoutTraces(clean, plainText(clean), traces);
  }
}

/** Recent texts that hold no secret. Most cells repeat the row before, and each answer is checked twice. */
class Harmless {
  readonly #texts = new Set<string>();
  #length = 0;

  has(text: string): boolean {
    return this.#texts.has(text);
  }

  add(text: string): void {
    if (this.#texts.size >= mostHarmless || this.#length > longestHarmless) {
      this.#texts.clear();
      this.#length = 0;
    }
    this.#texts.add(text);
    this.#length += text.length;
  }
}

/**
 * Replaces secrets in every text of a value, at any depth. Walks only lists and plain objects. A value without
 * secrets, as nearly all are, comes back unchanged.
 */
export function redactedDeep<T>(value: T, redact: Redact): T {
  if (typeof value === 'string') return redact(value) as T;
  if (typeof value !== 'object' || value === null) return value;
  if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype) return value;
  const parts: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  if (parts.every((part) => redactedDeep(part, redact) === part)) return value;
  const clean = parts.map((part) => redactedDeep(part, redact));
  if (Array.isArray(value)) return clean as T;
  return Object.fromEntries(Object.keys(value).map((key, place) => [key, clean[place]])) as T;
}

function withoutTraces(text: string, { letters, start, end }: Plain, traces: Traces): string {
  let clean = '';
  let done = 0;
  for (let at = 0; at + traces.gram <= letters.length; at += traces.step) {
    const found = traces.at(letters, at);
    if (found === undefined) continue;
    // Other characters of the secret lie between its letters and the letters around it.
    const [before, after] = [
      found.from === 0 ? 0 : end(found.from - 1),
      found.to === letters.length ? text.length : start(found.to),
    ];
    const from = found.hasLead ? before : start(found.from);
    const to = found.hasTail ? after : end(found.to - 1);
    if (from >= done) clean += `${text.slice(done, from)}[${found.name}]`;
    done = Math.max(done, to);
    at = found.to - traces.step;
  }
  return done === 0 ? text : clean + text.slice(done);
}

/** One disguise of a secret, in the form of `plainText`. */
interface Form {
  readonly name: string;
  readonly letters: string;
  /** This many letters in a row give it away. */
  readonly enough: number;
  /** Whether it begins, or ends, with other characters than letters and digits. */
  readonly hasLead: boolean;
  readonly hasTail: boolean;
}

interface Trace {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** Whether characters of the secret that are no letters come before it, or after it. */
  readonly hasLead: boolean;
  readonly hasTail: boolean;
}

/**
 * Finds runs of letters that a secret holds. To be quick with ordinary text, it looks only at every `step`-th
 * position. A run that is long enough holds a whole `gram` that begins at one of them.
 */
class Traces {
  readonly gram: number;
  readonly step: number;
  readonly #places = new Map<string, { form: Form; place: number }[]>();
  /** Whether a gram may begin with these three letters. Most do not, which saves the lookup. */
  readonly #begins = new Uint8Array(2 ** 13);

  constructor(secrets: readonly (readonly [secret: string, name: string])[]) {
    const forms = secrets
      .filter(([secret]) => plainText(secret).letters.length >= shortestDisguised)
      .flatMap(([secret, name]) => disguises(secret).map((text) => formOf(name, text)));
    const enough = Math.min(...forms.map((form) => form.enough), longestTrace);
    this.gram = Math.max(4, enough - 4);
    this.step = Math.max(1, enough - this.gram + 1);
    for (const form of forms)
      for (let place = 0; place + this.gram <= form.letters.length; place++) {
        const gram = form.letters.slice(place, place + this.gram);
        this.#places.set(gram, [...(this.#places.get(gram) ?? []), { form, place }]);
        this.#begins[beginOf(gram, 0)] = 1;
      }
  }

  get isEmpty(): boolean {
    return this.#places.size === 0;
  }

  /** The longest run of a secret's letters around a position. */
  at(letters: string, at: number): Trace | undefined {
    if (this.#begins[beginOf(letters, at)] === 0) return undefined;
    let best: Trace | undefined;
    for (const { form, place } of this.#places.get(letters.slice(at, at + this.gram)) ?? []) {
      let [from, to] = [at, at + this.gram];
      while (from > 0 && letters[from - 1] === form.letters[place - 1 - (at - from)]) from--;
      while (to < letters.length && letters[to] === form.letters[place + (to - at)]) to++;
      if (to - from >= form.enough && (best === undefined || to - from > best.to - best.from))
        best = {
          ...{ name: form.name, from, to },
          hasLead: form.hasLead && place === at - from,
          hasTail: form.hasTail && place + (to - at) === form.letters.length,
        };
    }
    return best;
  }
}

const beginOf = (letters: string, at: number): number =>
  (letters.charCodeAt(at) ^ (letters.charCodeAt(at + 1) << 4) ^ (letters.charCodeAt(at + 2) << 8)) & 0x1fff;

/** The fewest letters and digits in any twelve characters of it. */
function formOf(name: string, text: string): Form {
  const { letters } = plainText(text);
  let enough = Math.min(longestTrace, letters.length);
  for (let at = 0; at + longestTrace <= text.length; at++)
    enough = Math.min(enough, plainText(text.slice(at, at + longestTrace)).letters.length);
  const isLetter = (character: string): boolean => plainText(character).letters !== '';
  return {
    ...{ name, letters, enough: Math.max(6, enough) },
    ...{ hasLead: !isLetter(text.slice(0, 1)), hasTail: !isLetter(text.slice(-1)) },
  };
}
