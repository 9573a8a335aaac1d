import { defineCheck } from '../check.ts';
import { showCalls } from '../tool-calls.ts';

export const noToolCall = defineCheck({
  type: 'no-tool-call',
  summary: 'the answer calls no tool',
  fields: {},
  examples: [
    { given: {}, answer: 'It is 5 o’clock.', passes: true },
    { given: {}, answer: { toolCalls: [{ id: 'a', name: 'get_time', arguments: '{}' }] }, passes: false },
  ],
  check: (_spec, { toolCalls }) =>
    toolCalls.length === 0
      ? { pass: true }
      : { pass: false, why: `expected no tool call, got ${showCalls(toolCalls)}` },
});
