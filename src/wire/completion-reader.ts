import type { ChunkKind } from '../measure/chunk-log.ts';
import type { ToolCall, Usage } from '../measure/exchange.ts';
import { textParts, type TextPart } from './content-parts.ts';
import { isObject, saysNothing, text } from './json-words.ts';
import { choiceFields, deltaFields, frameFields } from './known-fields.ts';
import { plainPiece, type PlainPiece } from './plain-piece.ts';
import { TextChannel } from './text-channel.ts';
import { ThinkTags } from '../base/think-tags.ts';
import { ToolCalls } from './tool-calls.ts';
import { Unread } from './unread.ts';
import { UsageCounts } from './usage.ts';

/** Log of the pieces of a completion with their instants. */
export interface PieceLog {
  /** Text of one kind that just came; 0 `chars` for a frame without text. Returns its index. */
  push(kind: ChunkKind, chars: number): number;
  /** Corrects what a piece carried. */
  amend(place: number, kind: ChunkKind, chars: number): void;
  /** All content so far was reasoning. */
  contentWasReasoning(): void;
}

/** What was noticed in an answer, in words of `stream_notes`. */
type Seen = 'think_tags' | 'summary_frame' | 'cumulative_text' | 'other_choices';

/** A completion as it grows, from chunks or from one whole answer. */
export class Completion {
  finishReason: string | undefined;
  echoedModel: string | undefined;
  /** A chunk with an empty model name: Ollama's compatibility layer swallows an error in mid-stream this way. */
  sawEmptyModel = false;
  /** The error that a chunk reported: its `error` member, or the whole frame if that is one. */
  error: unknown;
  readonly unread = new Unread();

  #answer = '';
  /** From its own fields, and from tags within the content. */
  #reasoning = '';
  #taggedReasoning = '';
  readonly #toolCalls = new ToolCalls();
  readonly #counts = new UsageCounts();
  readonly #seen = new Set<Seen>();
  #contentChannel = new TextChannel();
  #reasoningChannel = new TextChannel();
  #tags = new ThinkTags();
  /** Indexes of pieces that may be the beginning of a tag. */
  #tentative: number[] = [];
  /** Indexes of the pieces of each of the first deltas, in case they turn out to be cumulative. */
  #early: number[][] = [];
  #sawDelta = false;

  get answer(): string {
    return this.#answer;
  }

  get reasoning(): string {
    return this.#reasoning + this.#taggedReasoning + this.#tags.held;
  }

  get toolCalls(): ToolCall[] {
    return this.#toolCalls.calls;
  }

  get usage(): Usage {
    return this.#counts.measured(this.#hasText).usage;
  }

  /** What was noticed, in words of `stream_notes`. */
  get notes(): string[] {
    return [
      ...this.#seen,
      ...(this.#counts.measured(this.#hasText).contradicts ? ['contradictory_usage'] : []),
      ...(this.unread.isEmpty ? [] : ['unread']),
    ];
  }

  get #hasText(): boolean {
    return this.#answer !== '' || this.reasoning !== '' || this.#toolCalls.count > 0;
  }

  /**
   * Takes in one parsed `data:` frame of a stream, or the body of an answer that was not streamed. Content that is not
   * understood is noted as unread. Returns the piece that a plain frame brought.
   */
  add(frame: unknown, log: PieceLog): PlainPiece | undefined {
    if (!isObject(frame)) {
      this.unread.note('frame', frame);
      return undefined;
    }
    const plain = plainPiece(frame);
    if (plain) {
      if (typeof frame['model'] === 'string') this.echoedModel ??= frame['model'];
      this.addPlain(plain, log);
      return plain;
    }
    this.#addFrame(frame, log);
    return undefined;
  }

  /** Takes in the piece of a frame that has nothing else, and the same model name as the frames before it. */
  addPlain({ kind, text }: PlainPiece, log: PieceLog): void {
    this.#sawDelta = true;
    if (kind === 'reasoning') this.#addReasoning(text, this.finishReason !== undefined, log);
    else this.#addContent(text, this.finishReason !== undefined, log);
  }

  #addFrame(frame: Record<string, unknown>, log: PieceLog): void {
    const error = errorIn(frame);
    this.error ??= error;
    if (typeof frame['model'] === 'string') {
      if (frame['model'] === '') this.sawEmptyModel = true;
      else this.echoedModel ??= frame['model'];
    }
    if (error === undefined) this.unread.noteOthers(frame, frameFields);
    const choices = frame['choices'];
    if (Array.isArray(choices))
      for (const [place, choice] of choices.entries()) this.#addAny(choice, place, log);
    else this.unread.note('choices', choices);
    for (const name of usageMembers) this.#addUsage(frame[name], log);
    if (isObject(frame['x_groq'])) this.#addUsage(frame['x_groq']['usage'], log);
  }

  #addUsage(usage: unknown, log: PieceLog): void {
    if (usage !== undefined && usage !== null && this.#counts.add(usage, this.unread)) log.push('usage', 0);
  }

  /** Only the answer with index 0 is measured. */
  #addAny(choice: unknown, place: number, log: PieceLog): void {
    if (!isObject(choice)) {
      this.unread.note('choices', choice);
      return;
    }
    const index = typeof choice['index'] === 'number' ? choice['index'] : place;
    if (index === 0) {
      this.#addChoice(choice, log);
      return;
    }
    if (saysNothing(choice['delta'] ?? choice['message'] ?? choice['text'])) return;
    this.#seen.add('other_choices');
    this.unread.note('choices of another index', choice['delta'] ?? choice['message'] ?? choice['text']);
  }

  #addChoice(choice: Record<string, unknown>, log: PieceLog): void {
    this.unread.noteOthers(choice, choiceFields, 'choices');
    if (!saysNothing(choice['error'])) this.error ??= choice['error'];
    const finishReason = text(choice['finish_reason']);
    if (finishReason === '') this.unread.note('finish_reason', choice['finish_reason']);
    const isClosing = finishReason !== '' || this.finishReason !== undefined;
    let pieces = 0;
    const { delta, message } = choice;
    if (isObject(delta)) {
      this.#sawDelta ||= !saysNothing(delta);
      pieces += this.#addPart(delta, isClosing, log);
    } else this.unread.note('delta', delta);
    // After deltas, a message repeats the whole.
    if (isObject(message)) pieces += this.#addPart(message, isClosing || this.#sawDelta, log);
    else this.unread.note('message', message);
    // The format of the completions before chat.
    pieces += this.#addTexts(textParts(choice['text'], 'content', 'text', this.unread), isClosing, log);
    if (finishReason !== '') {
      this.finishReason = finishReason;
      this.#finishTexts(log);
      log.push('finish', 0);
    } else if (pieces === 0) {
      log.push('role', 0);
    }
    this.#addUsage(choice['usage'], log);
  }

  /** Takes in a delta or a message. Returns how many pieces of text it held. */
  #addPart(part: Record<string, unknown>, isClosing: boolean, log: PieceLog): number {
    this.unread.noteOthers(part, deltaFields, 'delta');
    let pieces = this.#addTexts([...this.#reasoningOf(part), ...this.#contentOf(part)], isClosing, log);
    const calls = part['tool_calls'];
    const deltas: unknown[] = Array.isArray(calls) ? [...(calls as unknown[])] : [];
    // A single call without its list.
    if (isObject(calls)) deltas.push(calls);
    else if (!Array.isArray(calls)) this.unread.note('tool_calls', calls);
    // The format of tools before they were called so.
    const call = part['function_call'];
    if (!saysNothing(call)) deltas.push({ index: 0, function: call });
    for (const each of deltas) {
      const chars = this.#toolCalls.add(each, this.unread);
      if (chars > 0) pieces++;
      if (chars > 0) log.push('tool', chars);
    }
    return pieces;
  }

  /** Servers send the same reasoning under several names. The first non-empty one counts. */
  #reasoningOf(part: Record<string, unknown>): TextPart[] {
    let found: TextPart[] = [];
    for (const name of reasoningMembers) {
      if (saysNothing(part[name])) continue;
      const texts = textParts(part[name], 'reasoning', `delta.${name}`, this.unread);
      if (found.length === 0) found = texts.map(({ text }) => ({ kind: 'reasoning', text }));
    }
    return found;
  }

  #contentOf(part: Record<string, unknown>): TextPart[] {
    return [
      ...textParts(part['content'], 'content', 'delta.content', this.unread),
      // A refusal is what its user reads instead of an answer.
      ...textParts(part['refusal'], 'content', 'delta.refusal', this.unread),
    ];
  }

  #addTexts(parts: readonly TextPart[], isClosing: boolean, log: PieceLog): number {
    for (const part of parts) {
      if (part.kind === 'reasoning') this.#addReasoning(part.text, isClosing, log);
      else this.#addContent(part.text, isClosing, log);
    }
    return parts.length;
  }

  #addReasoning(piece: string, isClosing: boolean, log: PieceLog): void {
    const fresh = this.#reasoningChannel.take(piece, isClosing, this.#isWholeReasoning);
    if (fresh.kind === 'repeat') this.#noteRepeat(this.#reasoningChannel, log);
    else if (fresh.kind === 'restated') this.#seen.add('cumulative_text');
    if (fresh.kind === 'restated') this.#reasoning = fresh.parts.join('');
    if (fresh.kind === 'more') this.#reasoning += fresh.text;
    if (fresh.kind !== 'repeat')
      log.push('reasoning', fresh.kind === 'more' ? fresh.text.length : (fresh.parts.at(-1) ?? '').length);
  }

  #addContent(piece: string, isClosing: boolean, log: PieceLog): void {
    const fresh = this.#contentChannel.take(piece, isClosing, this.#isWhole);
    if (fresh.kind === 'repeat') this.#noteRepeat(this.#contentChannel, log);
    else if (fresh.kind === 'more') {
      if (this.#early.length === 3 && this.#tags.isAnswer(fresh.text)) {
        this.#answer += fresh.text;
        log.push('content', fresh.text.length);
      } else this.#addSplit(fresh.text, log);
    } else {
      // The last part just came and has no piece yet.
      this.#early.push([]);
      this.#restate(fresh.parts, log);
    }
  }

  /** Whether a text is all content so far, with or without its reasoning. */
  readonly #isWhole = (whole: string): boolean => {
    if (this.#answer.trim() === '') return false;
    if (whole.trim() === this.#answer.trim()) return true;
    if (!this.#tags.seen) return false;
    const tags = new ThinkTags();
    let answer = '';
    for (const part of tags.feed(whole)) if (part.kind === 'content') answer += part.text;
    return tags.seen && answer.trim() === this.#answer.trim();
  };

  readonly #isWholeReasoning = (whole: string): boolean => whole.trim() === this.#reasoning.trim();

  #noteRepeat(channel: TextChannel, log: PieceLog): void {
    this.#seen.add(channel.isCumulative ? 'cumulative_text' : 'summary_frame');
    log.push('role', 0);
  }

  /** Adds content, with the reasoning in it separated. Returns the indexes of its pieces. */
  #addSplit(content: string, log: PieceLog): number[] {
    const places: number[] = [];
    for (const part of this.#tags.feed(content)) {
      if (part.kind === 'tag') {
        this.#seen.add('think_tags');
        for (const place of this.#tentative) log.amend(place, 'role', 0);
        this.#tentative = [];
        this.#answer = '';
      } else if (part.kind === 'was-reasoning') {
        this.#seen.add('think_tags');
        this.#taggedReasoning += this.#answer.slice(0, this.#answer.length - part.cut);
        this.#answer = '';
        log.contentWasReasoning();
      } else {
        if (part.kind === 'content') this.#answer += part.text;
        else this.#taggedReasoning += part.text;
        const place = log.push(part.kind, part.text.length);
        places.push(place);
        if (part.tentative) this.#tentative.push(place);
      }
    }
    if (places.length === 0) places.push(log.push('role', 0));
    if (this.#early.length < 3) this.#early.push(places);
    return places;
  }

  /** Each delta of content so far contained all earlier ones. These are the new parts. */
  #restate(parts: readonly string[], log: PieceLog): void {
    this.#seen.add('cumulative_text');
    const before = this.#early;
    this.#early = [];
    this.#answer = '';
    this.#taggedReasoning = '';
    this.#tags = new ThinkTags();
    this.#tentative = [];
    for (const [index, part] of parts.entries()) {
      const places = [...(before[index] ?? [])];
      this.#addSplit(part, {
        ...log,
        // Replaces the piece that was logged earlier, as long as there is one.
        push: (kind, chars) => {
          const place = places.shift();
          if (place === undefined) return log.push(kind, chars);
          log.amend(place, kind, chars);
          return place;
        },
      });
      for (const place of places) log.amend(place, 'role', 0);
    }
  }

  #finishTexts(log: PieceLog): void {
    const content = this.#contentChannel.finish();
    if (content?.kind === 'restated') this.#restate(content.parts, log);
    const reasoning = this.#reasoningChannel.finish();
    if (reasoning?.kind !== 'restated') return;
    this.#seen.add('cumulative_text');
    this.#reasoning = reasoning.parts.join('');
  }
}

/** Where servers put their counts: OpenAI, Gemini, LangChain's servers, Bedrock. */
const usageMembers = ['usage', 'usageMetadata', 'usage_metadata', 'amazon-bedrock-invocationMetrics'];

const reasoningMembers = [
  'reasoning',
  'reasoning_content',
  'reasoning_text',
  'thinking',
  'reasoning_details',
  'thinking_blocks',
];

/**
 * What a frame says about a failure, if anything: in an `error`, or because the frame itself is one of the known forms.
 */
function errorIn(frame: Record<string, unknown>): unknown {
  if (!saysNothing(frame['error'])) return frame['error'];
  if (frame['object'] === 'error' || frame['status'] === 'failure' || frame['type'] === 'error') return frame;
  const hasAnswer = frame['choices'] !== undefined || frame['usage'] !== undefined;
  if (hasAnswer) return undefined;
  // A code and a sentence, and no part of an answer.
  if (!saysNothing(frame['code']) && text(frame['message']) !== '') return frame;
  if (frame['success'] === false || !saysNothing(frame['errors']) || !saysNothing(frame['detail']))
    return frame;
  return undefined;
}
