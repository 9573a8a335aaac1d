import { defined } from '../base/defined.ts';
import type { ChunkKind } from '../record/chunk-log.ts';
import type { ToolCall, Usage } from '../record/exchange.ts';

/** Text of one kind that a chunk carried; `chars` is 0 for a frame without text. */
export type Piece = (kind: ChunkKind, chars: number) => void;

/** A completion as it grows, from chunks or from one whole answer. */
export class Completion {
  answer = '';
  reasoning = '';
  readonly toolCalls: ToolCall[] = [];
  finishReason: string | undefined;
  usage: Usage = {};
  echoedModel: string | undefined;
  /** A chunk with an empty model name: how Ollama's compatibility layer swallows an error in mid-stream. */
  sawEmptyModel = false;
  /** Raw `error` member of a chunk that reported one. */
  error: unknown;

  /**
   * Takes in one parsed `data:` frame of a stream, or the body of an answer that was not streamed. Unknown
   * fields are ignored; a field of the wrong type counts as absent.
   */
  add(frame: unknown, piece: Piece): void {
    if (!isObject(frame)) return;
    if (frame['error'] !== undefined && frame['error'] !== null) this.error ??= frame['error'];
    if (typeof frame['model'] === 'string') {
      if (frame['model'] === '') this.sawEmptyModel = true;
      else this.echoedModel ??= frame['model'];
    }
    const choices = frame['choices'];
    const choice: unknown = Array.isArray(choices) ? choices[0] : undefined;
    if (isObject(choice)) this.#addChoice(choice, piece);
    if (isObject(frame['usage'])) {
      // Some servers send usage with every chunk, growing: the last one holds.
      this.usage = { ...this.usage, ...readUsage(frame['usage']) };
      piece('usage', 0);
    }
  }

  #addChoice(choice: Record<string, unknown>, piece: Piece): void {
    const part = isObject(choice['delta'])
      ? choice['delta']
      : isObject(choice['message'])
        ? choice['message']
        : {};
    const textBefore = this.reasoning.length + this.answer.length + this.#toolChars;
    const reasoning = text(part['reasoning']) || text(part['reasoning_content']);
    if (reasoning) {
      this.reasoning += reasoning;
      piece('reasoning', reasoning.length);
    }
    const content = text(part['content']);
    if (content) {
      this.answer += content;
      piece('content', content.length);
    }
    if (Array.isArray(part['tool_calls'])) this.#addToolCalls(part['tool_calls'], piece);
    const finishReason = text(choice['finish_reason']);
    if (finishReason) {
      this.finishReason = finishReason;
      piece('finish', 0);
    } else if (textBefore === this.reasoning.length + this.answer.length + this.#toolChars) {
      piece('role', 0);
    }
  }

  #toolChars = 0;

  #addToolCalls(deltas: unknown[], piece: Piece): void {
    for (const [place, delta] of deltas.entries()) {
      if (!isObject(delta)) continue;
      const index = tokenCount(delta['index']) ?? place;
      if (index > maxToolCalls) continue;
      while (this.toolCalls.length <= index) this.toolCalls.push({ id: '', name: '', arguments: '' });
      const call = this.toolCalls[index]!;
      const fn = isObject(delta['function']) ? delta['function'] : {};
      call.id ||= text(delta['id']);
      const name = text(fn['name']);
      const args = text(fn['arguments']);
      call.name += name;
      call.arguments += args;
      const chars = name.length + args.length;
      this.#toolChars += chars;
      if (chars > 0) piece('tool', chars);
    }
  }
}

/** An index beyond this is nonsense from the server, not a call. */
const maxToolCalls = 1000;

function readUsage(usage: Record<string, unknown>): Usage {
  const prompt = isObject(usage['prompt_tokens_details']) ? usage['prompt_tokens_details'] : {};
  const completion = isObject(usage['completion_tokens_details']) ? usage['completion_tokens_details'] : {};
  return defined({
    promptTokens: tokenCount(usage['prompt_tokens']),
    cachedTokens: tokenCount(prompt['cached_tokens']),
    completionTokens: tokenCount(usage['completion_tokens']),
    reasoningTokens: tokenCount(completion['reasoning_tokens']),
    totalTokens: tokenCount(usage['total_tokens']),
  });
}

/** A count that can be one: a whole number, not negative, not absurd. Anything else was not reported. */
function tokenCount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 1e9
    ? value
    : undefined;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
