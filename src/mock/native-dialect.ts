import type { Ms } from '../base/clock.ts';
import type { Composition } from './composition.ts';
import type { Dialect, FrameText } from './frame.ts';
import type { Knobs } from './knobs.ts';

/** What every line of one answer has in common. */
export interface NativeHead {
  wall: Date;
  model: string;
  /** How long the model took to load before it read the prompt; 0 when it was warm. */
  loadMs: Ms;
  /** How long the request has waited for its turn, once that is known. Not divided by `speed`. */
  queuedMs: () => Ms;
  /** Delays are divided by this, and so are the durations that it reports of them. */
  speed: number;
}

/** Ollama's own `/api/chat`: a JSON object a line, and durations in nanoseconds in the last. */
export function nativeDialect(head: NativeHead, knobs: Knobs, composition: Composition): Dialect {
  const { reasoning, answer, tool, finish, tokens } = composition;
  const nanoseconds = (ms: Ms): number => Math.round((ms / head.speed) * 1e6);
  const start = { model: head.model, created_at: head.wall.toISOString() };
  const line = (fields: object): string => `${JSON.stringify({ ...start, ...fields })}\n`;
  const message = (content: string, more: object = {}): object => ({ role: 'assistant', content, ...more });
  const toolCalls = tool && {
    tool_calls: [{ function: { name: tool.name, arguments: JSON.parse(tool.pieces.join('')) as unknown } }],
  };

  /** The prompt is read until the first piece; the rest is evaluation. */
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
