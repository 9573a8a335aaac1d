import type { Ms } from '../base/clock.ts';
import type { Knobs } from './knobs.ts';
import type { Dialect, FrameKind, FrameText } from './reply.ts';

/** Words for answers of a given length. One has characters of two, three and four bytes. */
const filler = ' a stream of plain words, some naïve, some grün, a 蚊 and a 🦟, then more of them;'.split(
  /(?= )/,
);

/** `count` pieces of meaningless text. */
export function fillerPieces(count: number): string[] {
  const pieces = Array.from({ length: count }, (_, index) => filler[index % filler.length]!);
  if (count > 0) pieces[0] = 'Here';
  return pieces;
}

/** Text split as a model's tokens would: a word with the blank before it, long words in parts. */
export function piecesOf(text: string): string[] {
  return text.match(/\s?[\p{L}\p{N}]{1,7}|\s?[^\s\p{L}\p{N}]{1,4}|\s+/gu) ?? [];
}

/** Token counts in the answer. */
export interface TokenCounts {
  prompt: number;
  completion: number;
  reasoning: number;
}

/** An answer before it is formatted: its pieces, one per frame and token, and its end. */
export interface Composition {
  reasoning: string[];
  answer: string[];
  tool: { name: string; pieces: string[] } | undefined;
  /** Empty if none is sent. */
  finish: string;
  tokens: TokenCounts;
}

/** Requirements of the request. */
export interface Asked {
  promptTokens: number;
  /** Absent if the request sets no limit. */
  maxTokens?: number | undefined;
  /** Absent if the answer is not to be sent. */
  eventId?: string;
}

/** Composes the answer. A `max_tokens` below its length cuts it, reasoning first, and it ends with `length`. */
export function compose(knobs: Knobs, asked: Asked): Composition {
  const reasoning =
    knobs.reasoning === undefined ? fillerPieces(knobs.reasoningFrames) : piecesOf(knobs.reasoning);
  const tool = knobs.toolCall && { name: knobs.toolCall.name, pieces: piecesOf(knobs.toolCall.arguments) };
  const answer = tool
    ? []
    : knobs.answer === undefined
      ? fillerPieces(knobs.answerFrames)
      : piecesOf(knobs.answer);

  const first = [reasoning, answer].find((pieces) => pieces.length > 0);
  if (knobs.namesEvent && asked.eventId !== undefined && first) first[0] = asked.eventId;

  const length = reasoning.length + answer.length + (tool?.pieces.length ?? 0);
  const room = Math.max(0, (asked.maxTokens ?? Infinity) - knobs.hiddenTokens);
  const isCut = room < length;
  if (isCut) cut([reasoning, answer, tool?.pieces ?? []], room);
  const shown = Math.min(room, length);
  return {
    reasoning,
    answer,
    tool,
    finish: knobs.finish && (isCut ? 'length' : tool ? 'tool_calls' : knobs.finish),
    tokens: {
      prompt: knobs.promptTokens ?? asked.promptTokens,
      completion: knobs.completionTokens ?? shown + knobs.hiddenTokens,
      reasoning: reasoning.length + knobs.hiddenTokens,
    },
  };
}

function cut(lists: string[][], room: number): void {
  let left = room;
  for (const list of lists) {
    list.length = Math.min(list.length, left);
    left -= list.length;
  }
}

/** Fields that every line of one answer has. */
export interface NativeHead {
  wall: Date;
  model: string;
  /** Time for loading the model before it read the prompt. 0 if it was in memory. */
  loadMs: Ms;
  /** How long the request waited for its turn, if known. Not divided by `speed`. */
  queuedMs: () => Ms;
  /** Delays and reported durations are divided by this. */
  speed: number;
}

/** Ollama's own `/api/chat`: one JSON object per line, with durations in nanoseconds in the last. */
export function nativeDialect(head: NativeHead, knobs: Knobs, composition: Composition): Dialect {
  const { reasoning, answer, tool, finish, tokens } = composition;
  const nanoseconds = (ms: Ms): number => Math.round((ms / head.speed) * 1e6);
  const start = { model: head.model, created_at: head.wall.toISOString() };
  const line = (fields: object): string => `${JSON.stringify({ ...start, ...fields })}\n`;
  const message = (content: string, more: object = {}): object => ({ role: 'assistant', content, ...more });
  const toolCalls = tool && {
    tool_calls: [{ function: { name: tool.name, arguments: JSON.parse(tool.pieces.join('')) as unknown } }],
  };

  /** Until the first piece the prompt is read. The rest is evaluation. */
  const ending = (total: Ms): object => ({
    done: true,
    done_reason: finish,
    total_duration: nanoseconds(total) + Math.round(head.queuedMs() * 1e6),
    load_duration: nanoseconds(head.loadMs),
    ...(knobs.usage !== 'none' && {
      prompt_eval_count: tokens.prompt,
      prompt_eval_duration: nanoseconds(Math.max(0, Math.min(total, knobs.ttftMs) - head.loadMs)),
      eval_count: tokens.completion,
      eval_duration: nanoseconds(Math.max(0, total - knobs.ttftMs)),
    }),
  });

  function* frames(elapsed: () => Ms): Iterable<FrameText> {
    for (const thinking of reasoning)
      yield { kind: 'reasoning', text: line({ message: message('', { thinking }), done: false }) };
    for (const piece of answer)
      yield { kind: 'content', text: line({ message: message(piece), done: false }) };
    if (toolCalls) yield { kind: 'tool', text: line({ message: message('', toolCalls), done: false }) };
    if (knobs.done) yield { kind: 'done', text: line({ message: message(''), ...ending(elapsed()) }) };
  }

  return {
    streamType: 'application/x-ndjson',
    wholeType: 'application/json; charset=utf-8',
    frames,
    whole: (total) => {
      const thinking = reasoning.length > 0 ? { thinking: reasoning.join('') } : {};
      return JSON.stringify({
        ...start,
        message: message(answer.join(''), { ...thinking, ...toolCalls }),
        ...ending(total),
      });
    },
    comment: '',
  };
}

/** Fields that every frame of one answer has. */
export interface AnswerHead {
  /** `chatcmpl-` and a number below 999, as in Ollama: not unique. */
  id: string;
  /** Seconds since 1970. */
  created: number;
  model: string;
  includeUsage: boolean;
}

/** The OpenAI-compatible answer as Ollama writes it: reasoning in its own field, finish, usage, `[DONE]`. */
export function openaiDialect(head: AnswerHead, knobs: Knobs, composition: Composition): Dialect {
  const start = JSON.stringify({ id: head.id, object: 'chat.completion.chunk', created: head.created }).slice(
    0,
    -1,
  );
  const newline = knobs.crlf ? '\r\n' : '\n';
  const open = `data: ${start},"model":${JSON.stringify(head.model)},"system_fingerprint":"fp_ollama","choices":[`;
  let sent = 0;

  const close = (): string => {
    const padding =
      knobs.padding > 0
        ? `,"p":"${'abcdefgh'.repeat(knobs.padding / 8 + 1).slice(0, 1 + (sent % knobs.padding))}"`
        : '';
    const usage = knobs.usage === 'cumulative' && head.includeUsage ? `,"usage":${usageJson(sent)}` : '';
    return `${padding}${usage}}${newline}${newline}`;
  };
  const choice = (delta: string, finish: string): string =>
    `${open}{"index":0,"delta":{${delta}},"finish_reason":${finish ? JSON.stringify(finish) : 'null'}}]${close()}`;
  const usageJson = (completion: number): string => {
    const tokens = { ...composition.tokens, completion };
    return JSON.stringify(usageOf(tokens, knobs));
  };

  const role = (first: boolean): string =>
    (first && !knobs.roleFrame) || knobs.oldStyle ? '"role":"assistant",' : '';
  const textDelta = (kind: FrameKind, piece: string): string => {
    const text = JSON.stringify(piece);
    return kind === 'reasoning' ? `"content":"","${knobs.reasoningField}":${text}` : `"content":${text}`;
  };

  function* frames(): Iterable<FrameText> {
    if (knobs.roleFrame) yield { kind: 'role', text: choice('"role":"assistant","content":""', '') };
    const { reasoning, answer, tool, finish } = composition;
    const last = reasoning.length + answer.length;
    for (const [kind, pieces] of [
      ['reasoning', reasoning],
      ['content', answer],
    ] as const) {
      for (const piece of pieces) {
        sent++;
        const ends = knobs.oldStyle && sent === last && !tool ? finish : '';
        yield { kind, text: choice(role(sent === 1) + textDelta(kind, piece), ends) };
      }
    }
    if (tool) yield* toolFrames(tool);
    if (finish && !(knobs.oldStyle && !tool && last > 0)) yield { kind: 'finish', text: choice('', finish) };
    if (head.includeUsage && knobs.usage !== 'none') {
      const text = `${open}],"usage":${usageJson(composition.tokens.completion)}}${newline}${newline}`;
      yield { kind: 'usage', text };
    }
    if (knobs.done) yield { kind: 'done', text: `data: [DONE]${newline}${newline}` };
  }

  function* toolFrames(tool: NonNullable<Composition['tool']>): Iterable<FrameText> {
    const name = JSON.stringify(tool.name);
    const opening = `{"index":0,"id":"call_sim","type":"function","function":{"name":${name},"arguments":""}}`;
    yield { kind: 'tool', text: choice(`${role(sent === 0)}"content":"","tool_calls":[${opening}]`, '') };
    for (const piece of tool.pieces) {
      sent++;
      const part = `{"index":0,"function":{"arguments":${JSON.stringify(piece)}}}`;
      yield { kind: 'tool', text: choice(`${role(false)}"tool_calls":[${part}]`, '') };
    }
  }

  function whole(): string {
    const { reasoning, answer, tool, finish, tokens } = composition;
    const message = {
      role: 'assistant',
      content: answer.join(''),
      ...(reasoning.length > 0 && { [knobs.reasoningField]: reasoning.join('') }),
      ...(tool && {
        tool_calls: [
          {
            index: 0,
            id: 'call_sim',
            type: 'function',
            function: { name: tool.name, arguments: tool.pieces.join('') },
          },
        ],
      }),
    };
    return JSON.stringify({
      id: head.id,
      object: 'chat.completion',
      created: head.created,
      model: head.model,
      system_fingerprint: 'fp_ollama',
      choices: [{ index: 0, message, finish_reason: finish || null }],
      ...(knobs.usage !== 'none' && { usage: usageOf(tokens, knobs) }),
    });
  }

  return {
    streamType: 'text/event-stream',
    wholeType: 'application/json',
    frames,
    whole,
    comment: `: keep-alive${newline}${newline}`,
  };
}

function usageOf(tokens: Composition['tokens'], knobs: Knobs): object {
  const { prompt, completion, reasoning } = tokens;
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    ...((knobs.usage === 'cached' || knobs.usage === 'full') && {
      prompt_tokens_details: { cached_tokens: knobs.cachedTokens },
    }),
    ...(knobs.usage === 'full' && { completion_tokens_details: { reasoning_tokens: reasoning } }),
  };
}
