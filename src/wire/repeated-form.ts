import { isObject } from './json-words.ts';
import { plainPiece, type PlainPiece } from './plain-piece.ts';

/** Forms that are tried before one has ever come again. Each repetition earns another try. */
const firstTries = 4;
/** Stands for the text in a form that is being proved. */
const probe = '\u0001probe';

/**
 * The JSON of a server's frames is the same from frame to frame, but for the text that they bring. Once a form is
 * proved, a frame that has it is read without parsing it anew.
 */
export class RepeatedForm {
  #kind: PlainPiece['kind'] = 'content';
  /** What stands before and behind the text and its quotes. */
  #before = '';
  #behind = '';
  #tries = firstTries;

  /** What the frame brings, when it has the form. */
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

  /** Takes the form of a frame that brought nothing but one text. */
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

/** Whether what stands between the two is the frame's text: another one put there must come out of the frame. */
function holdsTextThere(before: string, behind: string, kind: PlainPiece['kind']): boolean {
  try {
    const frame: unknown = JSON.parse(before + JSON.stringify(probe).slice(1, -1) + behind);
    const piece = isObject(frame) ? plainPiece(frame) : undefined;
    return piece?.kind === kind && piece.text === probe;
  } catch {
    return false;
  }
}

/** The text that is written so between quotes in JSON. Undefined when it is none, or empty. */
function textOf(written: string): string | undefined {
  if (/^[^"\\\u0000-\u001f]+$/.test(written)) return written;
  if (written === '' || !written.includes('\\')) return undefined;
  try {
    return JSON.parse(`"${written}"`) as string;
  } catch {
    return undefined;
  }
}
