import type { Ms } from '../base/clock.ts';
import { jsonOf } from '../base/json-text.ts';
import type { Offer } from './tool-use.ts';

const keepAliveMs = 5 * 60_000;

/** Which models a local Ollama holds in memory, and until when. */
export class LoadedModels {
  readonly #until = new Map<string, Ms>();

  /** Uses a model for one request. Returns whether it had to be loaded. A keep-alive of 0 unloads it afterward. */
  use(model: string, now: Ms, keepAlive: Ms = keepAliveMs): 'cold' | 'warm' {
    const wasLoaded = (this.#until.get(model) ?? -Infinity) > now;
    this.#until.set(model, now + keepAlive);
    return wasLoaded ? 'warm' : 'cold';
  }

  /** Models in memory, and how long they will stay. */
  list(now: Ms): { model: string; leftMs: Ms }[] {
    const entries = Array.from(this.#until, ([model, until]) => ({ model, leftMs: until - now }));
    return entries.filter(({ leftMs }) => leftMs > 0);
  }
}

/** `keep_alive` in Ollama's format: seconds, or text such as `10m`; negative for ever. Absent if not given. */
export function keepAliveOf(value: unknown): Ms | undefined {
  const match = typeof value === 'string' ? /^(-?\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(value) : null;
  const units: Record<string, Ms> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  const ms =
    typeof value === 'number' ? value * 1000 : match ? Number(match[1]) * units[match[2] ?? 's']! : undefined;
  return ms !== undefined && ms < 0 ? Infinity : ms;
}

/** The two APIs: the OpenAI-compatible one, and Ollama's own. */
export type ChatWay = 'openai' | 'native';

/** The parts of a chat request's body that the mock reads. */
export interface ChatBody {
  /** The raw body. Cache and random numbers depend on it. */
  text: string;
  model: string;
  /** Text of all messages. */
  promptText: string;
  lastText: string;
  /** A rough count: a token per four characters, some per message, and 256 per image. */
  promptTokens: number;
  stream: boolean;
  includeUsage: boolean;
  /** Absent if the request sets no limit. `max_completion_tokens` is ignored, as in Ollama. */
  maxTokens: number | undefined;
  /** Only for native requests. */
  keepAliveMs: Ms | undefined;
  /** Absent if the request offers no tools. */
  offer: Offer | undefined;
  /** Only for native requests: refuse a prompt that does not fit, instead of cutting it. */
  refusesCut: boolean;
}

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Parses a body. A text explains what is wrong with it. Ollama's own API streams by default. */
export function readChatBody(text: string, way: ChatWay): ChatBody | string {
  const body = parsed(text);
  if (!body) return 'cannot parse request body';
  if (typeof body.model !== 'string' || body.model === '') return 'model is required';
  if (!Array.isArray(body.messages) || body.messages.length === 0) return "[] is too short - 'messages'";
  const texts = body.messages.map(textOf);
  const limit =
    way === 'openai' ? body.max_tokens : isFields(body.options) ? body.options.num_predict : undefined;
  return {
    text,
    model: body.model,
    promptText: texts.join('\n'),
    lastText: texts.at(-1)!,
    promptTokens:
      texts.reduce((sum, { length }) => sum + 4 + Math.ceil(length / 4), 3) +
      tokensPerImage * body.messages.reduce((sum: number, message) => sum + imagesIn(message), 0),
    stream: way === 'openai' ? body.stream === true : body.stream !== false,
    includeUsage: isFields(body.stream_options) && body.stream_options.include_usage === true,
    maxTokens: typeof limit === 'number' && limit >= 0 ? limit : undefined,
    keepAliveMs: way === 'native' ? keepAliveOf(body.keep_alive) : undefined,
    offer: Array.isArray(body.tools) ? { tools: body.tools, choice: body.tool_choice } : undefined,
    refusesCut: way === 'native' && body.truncate === false,
  };
}

function parsed(text: string): Fields | undefined {
  const body = jsonOf(text);
  return isFields(body) ? body : undefined;
}

const tokensPerImage = 256;

/** Number of images of a message, in either API. The mock counts them, and answers to the text. */
function imagesIn(message: unknown): number {
  if (!isFields(message)) return 0;
  const parts = Array.isArray(message.content) ? message.content : [];
  const inParts = parts.filter((part) => isFields(part) && part.type === 'image_url').length;
  return inParts + (Array.isArray(message.images) ? message.images.length : 0);
}

/** A message's content: text, or parts as in the OpenAI API. */
function textOf(message: unknown): string {
  if (!isFields(message)) return '';
  if (typeof message.content === 'string') return message.content;
  if (!Array.isArray(message.content)) return '';
  return message.content
    .map((part) => (isFields(part) && typeof part.text === 'string' ? part.text : ''))
    .join('');
}
