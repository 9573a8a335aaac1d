/** How models mark thinking inside the answer's text, in upper or lower case. */
const opening =
  /^\s*(?:<\|?(?:[a-z]+:)?(?:think|thinking|thought|thoughts|reasoning)\|?>|\[think(?:ing)?\]|◁think▷|<\|(?:begin|start)_of_(?:thought|thinking|reasoning)\|>)/i;
/** A possible start of one. */
const beginningOfOpening =
  /^\s*(?:<[a-z_:|]{0,30}|\[(?:t(?:h(?:i(?:n(?:k(?:i(?:n(?:g)?)?)?)?)?)?)?)?|◁[a-z]{0,5})?$/i;
/** The end of thinking that began in the prompt: the text starts in the middle of it. */
const bareClosing = /<\/think(?:ing)?>|\[\/think\]|◁\/think▷/i;
/** An opening tag in the middle of an answer. The text before it is the answer, so its end takes nothing back. */
const bareOpening = /<think(?:ing)?>|\[think\]|◁think▷/i;
const endOfTag = /[>\]▷]/;
const longestBare = '</thinking>'.length;

/** `</think>` for `<think>`, `[/THINK]` for `[THINK]`, `<|end_of_thought|>` for `<|begin_of_thought|>`. */
function closingOf(tag: string): string {
  if (/_of_/.test(tag)) return tag.replace(/begin|start/, 'end');
  return `${tag.charAt(0)}/${tag.slice(1)}`;
}

/** How a part of the answer's text was classified. */
export type ThinkPart =
  /** `tentative`: it may turn out to be the beginning of a tag. */
  | { kind: 'reasoning' | 'content'; text: string; tentative?: boolean }
  /** All tentative text was a tag. */
  | { kind: 'tag' }
  /** All content so far was thinking, except its last `cut` characters, which belong to the tag. */
  | { kind: 'was-reasoning'; cut: number };

/**
 * Separates thinking (`<think>…</think>` at the start, unclosed too) from the answer, however the text is split into
 * parts. The tags and the blanks around them belong to neither.
 */
export class ThinkTags {
  /** Tags were seen. */
  seen = false;

  #state: 'start' | 'thinking' | 'answer' = 'start';
  /** At the start: undecided text. In thinking: a possible start of the closing tag. */
  #held = '';
  #closing = '';
  #closingPattern = /$^/;
  /** Blanks at the start of thinking, and after it, belong to the tags. */
  #skipsBlanks = false;
  /** End of the answer so far, where a closing tag may begin. */
  #tail = '';
  /** A tag began in the middle of the answer. */
  #opened = false;

  /** Whether all of `text` is answer. That is so once the answer has begun; then `feed` is not needed. */
  isAnswer(text: string): boolean {
    if (this.#state !== 'answer' || text === '') return false;
    if (this.seen) return true;
    if (endOfTag.test(text)) return false;
    this.#tail =
      text.length >= longestBare ? text.slice(1 - longestBare) : (this.#tail + text).slice(1 - longestBare);
    return true;
  }

  feed(text: string): ThinkPart[] {
    const parts: ThinkPart[] = [];
    let rest = text;
    while (rest !== '') rest = this.#take(rest, parts);
    return parts;
  }

  /** Thinking that was held back because it could have been the start of a tag. */
  get held(): string {
    return this.#state === 'thinking' ? this.#held : '';
  }

  /** Takes all or the first part of a text. Returns the rest. */
  #take(text: string, parts: ThinkPart[]): string {
    if (this.#state === 'start') return this.#start(text, parts);
    if (this.#state === 'thinking') return this.#think(text, parts);
    return this.#answer(text, parts);
  }

  #start(text: string, parts: ThinkPart[]): string {
    const held = this.#skipsBlanks ? (this.#held + text).trimStart() : this.#held + text;
    const fresh = held.slice(this.#held.length);
    const tag = opening.exec(held)?.[0];
    if (tag !== undefined) {
      this.seen = true;
      this.#state = 'thinking';
      this.#held = '';
      this.#closing = closingOf(tag.trimStart().toLowerCase());
      this.#closingPattern = new RegExp(this.#closing.replace(/[[|]/g, '\\$&'), 'i');
      this.#skipsBlanks = true;
      parts.push({ kind: 'tag' });
      return held.slice(tag.length);
    }
    if (held.length <= 256 && beginningOfOpening.test(held)) {
      this.#held = held;
      if (fresh !== '') parts.push({ kind: 'content', text: fresh, tentative: true });
      return '';
    }
    this.#state = 'answer';
    this.#held = '';
    return fresh;
  }

  #think(text: string, parts: ThinkPart[]): string {
    let thought = this.#held + text;
    if (this.#skipsBlanks) thought = thought.trimStart();
    if (thought === '') return '';
    this.#skipsBlanks = false;
    const end = thought.search(this.#closingPattern);
    if (end !== -1) {
      if (end > 0) parts.push({ kind: 'reasoning', text: thought.slice(0, end) });
      return this.#close(thought.slice(end + this.#closing.length));
    }
    const held = overlap(thought, this.#closing);
    this.#held = thought.slice(thought.length - held);
    if (held < thought.length)
      parts.push({ kind: 'reasoning', text: thought.slice(0, thought.length - held) });
    return '';
  }

  #answer(text: string, parts: ThinkPart[]): string {
    const end = this.seen ? undefined : this.#bareClosing(text);
    if (end === undefined) {
      parts.push({ kind: 'content', text });
      return '';
    }
    this.seen = true;
    const { from, to } = end;
    if (from > 0) parts.push({ kind: 'content', text: text.slice(0, from) });
    parts.push({ kind: 'was-reasoning', cut: Math.max(0, -from) });
    return this.#close(text.slice(to));
  }

  /** Position of the tag in `text`. It may have begun earlier. */
  #bareClosing(text: string): { from: number; to: number } | undefined {
    const tail = this.#tail;
    const both = tail + text;
    this.#tail = both.slice(1 - longestBare);
    if (!endOfTag.test(text)) return undefined;
    const found = bareClosing.exec(both);
    this.#opened ||= bareOpening.test(found ? both.slice(0, found.index) : both);
    if (this.#opened) return undefined;
    // A quoted tag is only mentioned.
    if (!found || /[`'"]$/.test(both.slice(0, found.index))) return undefined;
    const from = found.index - tail.length;
    return { from, to: from + found[0].length };
  }

  #close(rest: string): string {
    this.#state = 'start';
    this.#held = '';
    this.#tail = '';
    this.#skipsBlanks = true;
    return rest.trimStart();
  }
}

/** How many characters at the end of `text` begin `word`. */
function overlap(text: string, word: string): number {
  for (let length = Math.min(text.length, word.length - 1); length > 0; length--)
    if (word.startsWith(text.slice(text.length - length).toLowerCase())) return length;
  return 0;
}
