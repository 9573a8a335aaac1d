/** The letters and digits of a text in one case, with the position of each. */
export interface Plain {
  readonly letters: string;
  /** Position of a letter's first character in the text. */
  start: (letter: number) => number;
  /** Position after its last character. */
  end: (letter: number) => number;
}

/** Characters that always end a word. A disguised text does not cross them. */
const barriers = new Set<string>('"\'`<>()[]{}|');
const barrier = '\u0000';

/** Escape sequences of terminals: those with parameters, those with text, those of two characters. */
const escapeSequence =
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[ -/]*[0-Z\\^-~]/y;

/**
 * A text without anything that can be put between the letters of a word: blanks, dashes, dots, control characters,
 * escape sequences, zero-width marks. Wide and styled letters become plain ones.
 */
export function plainText(text: string): Plain {
  const places = new Uint32Array(text.length);
  const letters = usualLetters(text, places) ?? anyLetters(text, places);
  return { letters, start: (letter) => places[letter]!, end: (letter) => places[letter]! + 1 };
}

/** What an ASCII character becomes: its lowercase letter or digit, the barrier, or nothing. */
const nothing = 0xff;
const usual = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/[a-z0-9]/i.test(character)) return character.toLowerCase().charCodeAt(0);
  return barriers.has(character) ? barrier.charCodeAt(0) : nothing;
});
const room = Buffer.allocUnsafeSlow(64 * 1024);

/** For plain ASCII text, which is nearly all text. Undefined if a character needs a closer look. */
function usualLetters(text: string, places: Uint32Array): string | undefined {
  const into = text.length <= room.length ? room : Buffer.allocUnsafeSlow(text.length);
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= 128 || code === 0x1b) return undefined;
    const letter = usual[code]!;
    if (letter === nothing) continue;
    into[count] = letter;
    places[count++] = at;
  }
  return into.toString('latin1', 0, count);
}

/** The same for any text. */
function anyLetters(text: string, places: Uint32Array): string {
  let letters = '';
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if ((code >= 97 && code <= 122) || (code >= 48 && code <= 57)) {
      letters += text[at]!;
    } else if (code >= 65 && code <= 90) {
      letters += String.fromCharCode(code + 32);
    } else if (code === 0x1b || code === 0x9b) {
      escapeSequence.lastIndex = at;
      const sequence = escapeSequence.exec(text);
      if (sequence) at += sequence[0].length - 1;
      continue;
    } else if (code < 128) {
      if (!barriers.has(text[at]!)) continue;
      letters += barrier;
    } else {
      const letter = plainLetter(text.charAt(at), text.codePointAt(at)!);
      if (letter === '') continue;
      letters += letter;
    }
    places[count++] = at;
  }
  return letters;
}

const wide = new Map<number, string>();

/** The plain letter that it represents. Itself, if it is a letter of another script; empty if it is no letter. */
function plainLetter(character: string, code: number): string {
  // The second half of a surrogate pair. The first half already covered both.
  if (code >= 0xdc00 && code <= 0xdfff) return '';
  let plain = wide.get(code);
  if (plain === undefined) {
    plain = String.fromCodePoint(code).normalize('NFKC').toLowerCase();
    if (plain.length !== 1) plain = /[\p{L}\p{N}]/u.test(plain) ? character : '';
    else if (!/[\p{L}\p{N}]/u.test(plain)) plain = '';
    if (wide.size < 10_000) wide.set(code, plain);
  }
  return plain;
}

const escapes =
  /&(amp);|%([0-9a-f]{2})|\\u\{([0-9a-f]{1,6})\}|\\u([0-9a-f]{4})|\\x([0-9a-f]{2})|&#x([0-9a-f]{1,6});?|&#([0-9]{1,7});?|\\([0-3]?[0-7]{2})/gi;
/** Escaped text may have been escaped again. */
const mostRounds = 3;

/** The text without its URL, JSON and HTML escapes. Undefined if it has none. */
export function decoded(text: string): Plain | undefined {
  if (!/%[0-9a-f]{2}|\\[ux0-7]|&#|&amp;/i.test(text)) return undefined;
  let current = text;
  let starts: Uint32Array | undefined;
  let ends: Uint32Array | undefined;
  for (let round = 0; round < mostRounds; round++) {
    let next = '';
    const nextStarts: number[] = [];
    const nextEnds: number[] = [];
    let done = 0;
    const keep = (from: number, to: number): void => {
      for (let at = from; at < to; at++) {
        nextStarts.push(starts?.[at] ?? at);
        nextEnds.push(ends?.[at] ?? at + 1);
      }
      next += current.slice(from, to);
    };
    for (const match of current.matchAll(escapes)) {
      const code = codeOf(match);
      if (code === undefined) continue;
      keep(done, match.index);
      done = match.index + match[0].length;
      nextStarts.push(starts?.[match.index] ?? match.index);
      nextEnds.push(ends?.[done - 1] ?? done);
      next += code;
    }
    if (done === 0) break;
    keep(done, current.length);
    [current, starts, ends] = [next, Uint32Array.from(nextStarts), Uint32Array.from(nextEnds)];
  }
  if (starts === undefined || ends === undefined) return undefined;
  const plain = plainText(current);
  const [first, last] = [starts, ends];
  return {
    letters: plain.letters,
    start: (letter) => first[plain.start(letter)]!,
    end: (letter) => last[plain.end(letter) - 1]!,
  };
}

/** One character, or undefined if it is not in the base plane. */
function codeOf([, ampersand, percent, braced, short, hex, entity, decimal, octal]: RegExpMatchArray):
  string | undefined {
  // `&amp;#116;` is `&#116;` that was escaped once more.
  if (ampersand !== undefined) return '&';
  if (octal !== undefined) return String.fromCharCode(parseInt(octal, 8));
  const digits = percent ?? braced ?? short ?? hex ?? entity;
  const code = digits === undefined ? parseInt(decimal!, 10) : parseInt(digits, 16);
  return code <= 0xffff ? String.fromCharCode(code) : undefined;
}
