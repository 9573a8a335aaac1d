import { expect, test } from 'vitest';
import { Unread } from './unread.ts';
import { UsageCounts } from './usage.ts';

function measured(frames: readonly unknown[], hasText = true): ReturnType<UsageCounts['measured']> {
  const counts = new UsageCounts();
  for (const frame of frames) counts.add(frame, new Unread());
  return counts.measured(hasText);
}

const real = { prompt_tokens: 11, completion_tokens: 6, total_tokens: 17 };
const zero = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };
const [promptTokens, completionTokens, totalTokens] = [11, 6, 17];
const sound = { promptTokens, completionTokens, totalTokens };

test.each<[string, unknown[], object]>([
  ['as OpenAI names them', [real], sound],
  ['input and output', [{ input_tokens: 11, output_tokens: 6, total_tokens: 17 }], sound],
  ["DeepSeek's cache", [{ ...real, prompt_cache_hit_tokens: 8 }], { ...sound, cachedTokens: 8 }],
  ['Gemini', [{ promptTokenCount: 11, candidatesTokenCount: 6, totalTokenCount: 17 }], sound],
  ['Bedrock', [{ inputTokenCount: 11, outputTokenCount: 6 }], { promptTokens, completionTokens }],
  [
    'Cohere',
    [{ billed_units: { input_tokens: 3, output_tokens: 6 }, tokens: { input_tokens: 11, output_tokens: 6 } }],
    { promptTokens, completionTokens },
  ],
  [
    'reasoning beside the completion, as xAI counts',
    [{ ...real, total_tokens: 37, completion_tokens_details: { reasoning_tokens: 20 } }],
    { promptTokens, completionTokens: 26, reasoningTokens: 20, totalTokens: 37 },
  ],
  [
    'thoughts beside the candidates, as Gemini counts',
    [{ promptTokenCount: 11, candidatesTokenCount: 6, thoughtsTokenCount: 4, totalTokenCount: 21 }],
    { promptTokens, completionTokens: 10, reasoningTokens: 4, totalTokens: 21 },
  ],
  ['zeros beside text', [zero], {}],
  ['zeros behind a count', [real, zero], sound],
  [
    'a prompt and no completion',
    [{ prompt_tokens: 11, completion_tokens: 0, total_tokens: 11 }],
    { promptTokens },
  ],
  ['only a total', [{ total_tokens: 17 }], { totalTokens }],
  ['texts and fractions', [{ prompt_tokens: '11', completion_tokens: 1.5 }], {}],
])('%s', (_name, frames, usage) => {
  expect(measured(frames)).toEqual({ usage, contradicts: false });
});

test.each<[string, object, object]>([
  ['a total below the completion', { ...real, total_tokens: 5 }, {}],
  ['a total below the sum', { ...real, total_tokens: 12 }, {}],
  [
    'more cached than prompt',
    { ...real, prompt_tokens_details: { cached_tokens: 12 } },
    { completionTokens, totalTokens },
  ],
  [
    'more reasoning than completion',
    { ...real, completion_tokens_details: { reasoning_tokens: 9 } },
    { promptTokens, totalTokens },
  ],
])('counts that contradict each other were not measured: %s', (_name, frame, usage) => {
  expect(measured([frame])).toEqual({ usage, contradicts: true });
});

test('an empty answer may have no tokens', () => {
  expect(measured([{ prompt_tokens: 11, completion_tokens: 0 }], false).usage).toEqual({
    promptTokens,
    completionTokens: 0,
  });
});
