import { expect, test } from 'vitest';
import { findingOf, answerOf } from '../check/testing/finding-of.ts';
import { readChatBody } from './chat-request.ts';
import { defaultOptions } from './options.ts';
import { Simulator } from './simulator.ts';
import { rightCall } from './tool-use.ts';

const tool = (name: string, properties: object = {}, required?: string[]) => ({
  type: 'function',
  function: { name, parameters: { type: 'object', properties, ...(required ? { required } : {}) } },
});
const tools = [
  tool('get_weather', { city: { type: 'string' }, days: { type: 'integer' }, unit: { enum: ['C', 'F'] } }, [
    'city',
    'days',
  ]),
  tool('findOrder', { id: { type: 'string' } }),
];

test.each<[string, unknown, string | undefined]>([
  ['How is the weather in Paris for 3 days?', undefined, 'get_weather({"city":"Paris","days":3})'],
  ['Where is my order "A-17"?', undefined, 'findOrder({"id":"A-17"})'],
  ['Where is order 4711?', undefined, 'findOrder({"id":"4711"})'],
  ['What is the capital of Australia?', undefined, undefined],
  ['How is the weather in Paris?', 'none', undefined],
  ['Anything', 'required', 'get_weather({"city":"unknown","days":1})'],
  ['Anything', { type: 'function', function: { name: 'findOrder' } }, 'findOrder({"id":"unknown"})'],
])('%j with tool_choice %j: %s', (prompt, choice, expected) => {
  const call = rightCall({ tools, choice }, prompt);
  expect(call && `${call.name}(${call.arguments})`).toBe(expected);
  if (!call) return;
  const answer = answerOf('', { tools, toolCalls: [{ id: 'a', ...call }] });
  expect(findingOf({ type: 'tool-arguments-valid' }, answer).pass).toBe(true);
});

test('the share of right calls is the knob, and requests without tools are drawn as before', () => {
  const simulator = new Simulator(defaultOptions);
  const drawn = (model: string, more: object) => {
    const body = readChatBody(
      JSON.stringify({ model, messages: [{ role: 'user', content: 'The weather in Rome?' }], ...more }),
      'openai',
    );
    return simulator.draw(body as Exclude<typeof body, string>, undefined)!.knobs.toolCall;
  };
  const calls = Array.from({ length: 400 }, (_, n) => drawn('sim-swift?toolShare=0.7', { tools, seed: n }));
  const share = calls.filter((call) => call !== undefined).length / calls.length;
  // Five standard errors.
  expect(Math.abs(share - 0.7)).toBeLessThan(0.115);
  expect(drawn('sim-swift', {})).toBeUndefined();
  expect(drawn('sim-exact?toolShare=1', { tools })?.name).toBe('get_weather');
});
