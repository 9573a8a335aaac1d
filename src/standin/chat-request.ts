/** What a chat request's body says, as far as the stand-in reads it. */
export interface ChatBody {
  model: string;
  /** Text of the last message. */
  lastText: string;
  /** A rough count: a token for four characters, and some for each message. */
  promptTokens: number;
  stream: boolean;
  includeUsage: boolean;
  /** Absent when the request sets no limit. `max_completion_tokens` is ignored, as Ollama ignores it. */
  maxTokens: number | undefined;
}

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads the body of either way; `nativeWay` streams unless told otherwise. The message of a fault for the client. */
export function readChatBody(text: string, nativeWay: boolean): ChatBody | string {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return 'cannot parse request body';
  }
  if (!isFields(body)) return 'cannot parse request body';
  if (typeof body.model !== 'string' || body.model === '') return 'model is required';
  if (!Array.isArray(body.messages) || body.messages.length === 0) return "[] is too short - 'messages'";
  const texts = body.messages.map(textOf);
  const options = isFields(body.options) ? body.options : {};
  const limit = nativeWay ? options.num_predict : body.max_tokens;
  return {
    model: body.model,
    lastText: texts.at(-1)!,
    promptTokens: texts.reduce((sum, { length }) => sum + 4 + Math.ceil(length / 4), 3),
    stream: nativeWay ? body.stream !== false : body.stream === true,
    includeUsage: isFields(body.stream_options) && body.stream_options.include_usage === true,
    maxTokens: typeof limit === 'number' && limit >= 0 ? limit : undefined,
  };
}

/** A message's content: text, or parts as the OpenAI API takes them. */
function textOf(message: unknown): string {
  if (!isFields(message)) return '';
  if (typeof message.content === 'string') return message.content;
  if (!Array.isArray(message.content)) return '';
  return message.content
    .map((part) => (isFields(part) && typeof part.text === 'string' ? part.text : ''))
    .join('');
}
