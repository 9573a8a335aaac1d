import { isObject } from './json-words.ts';
import { plainPiece, type PlainPiece } from './plain-piece.ts';

/** Forms that are tried before one has ever recurred. Each repetition earns another try. */
const firstTries = 4;
/** Takes the place of the text while a form is tested. */
const probe = '\u0001probe';

/**
 * The JSON of a server's frames is the same from frame to frame, except for their text. After a form is proved, a frame
 * that has it is read without parsing.
 */
export class RepeatedForm {
  #kind: PlainPiece['kind'] = 'content';
  /** What comes before and after the text and its quotes. */
  #before = '';
  #behind = '';
  #tries = firstTries;

  /** The piece of the frame, if it has the form. */
  read(data: string): PlainPiece | undefined {
    const before = this.#before.length;
    const end = data.length - this.#behind.length;
    if (before === 0 || end <= before || !data.startsWith(this.#before) || !data.endsWith(this.#behind))
      return undefined;
    const text = textOf(data.slice(before, end));
    if (text === undefined) return undefined;
    this.#tries++;
    return { kind: this.#kind, text };
  }

  /** Takes the form of a frame that brought only one text. */
  learn(data: string, { kind, text }: PlainPiece): void {
    if (this.#tries <= 0) return;
    this.#tries--;
    const written = JSON.stringify(text);
    const at = data.indexOf(written);
    if (at === -1 || data.includes(written, at + 1)) return;
    const before = data.slice(0, at + 1);
    const behind = data.slice(at + written.length - 1);
    if (!holdsTextThere(before, behind, kind)) return;
    this.#kind = kind;
    this.#before = before;
    this.#behind = behind;
  }
}

/** Whether the part between the two is the frame's text: a substitute there must come out of the frame. */
function holdsTextThere(before: string, behind: string, kind: PlainPiece['kind']): boolean {
  try {
    const frame: unknown = JSON.parse(before + JSON.stringify(probe).slice(1, -1) + behind);
    const piece = isObject(frame) ? plainPiece(frame) : undefined;
    return piece?.kind === kind && piece.text === probe;
  } catch {
    return false;
  }
}

/** The text that is written like this between quotes in JSON. Undefined if it is not one, or empty. */
function textOf(written: string): string | undefined {
  if (/^[^"\\\u0000-\u001f]+$/.test(written)) return written;
  if (written === '' || !written.includes('\\')) return undefined;
  try {
    return JSON.parse(`"${written}"`) as string;
  } catch {
    return undefined;
  }
}
