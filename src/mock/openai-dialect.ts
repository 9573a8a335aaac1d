import type { Composition } from './composition.ts';
import type { Dialect, FrameKind, FrameText } from './frame.ts';
import type { Knobs } from './knobs.ts';

/** What every frame of one answer has in common. */
export interface AnswerHead {
  /** `chatcmpl-` and a number below 999, as Ollama has it: not unique. */
  id: string;
  /** Seconds since 1970. */
  created: number;
  model: string;
  includeUsage: boolean;
}

/** The OpenAI-compatible answer as Ollama writes it: reasoning in a field of its own, finish, usage, `[DONE]`. */
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
