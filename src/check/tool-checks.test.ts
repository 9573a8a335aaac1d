import { expect, test } from 'vitest';
import { findingOf, answerOf, resolve, type Written } from './testing/finding-of.ts';

/** An answer that calls these tools: `name` and its arguments, as JSON or unparsed. */
const calling = (...calls: [string, unknown][]) =>
  answerOf('', {
    toolCalls: calls.map(([name, args], index) => ({
      id: String(index),
      name,
      arguments: typeof args === 'string' ? args : JSON.stringify(args),
    })),
  });

const paris = calling(['get_weather', { city: 'Paris', days: 3, units: { t: 'C' } }]);
const both = calling(['get_time', {}], ['get_weather', { city: 'Paris' }], ['get_weather', { city: 'Rome' }]);

test.each<[string, Omit<Written, 'type'>, ReturnType<typeof calling>, boolean]>([
  ['by its name', { tool: 'get_weather' }, paris, true],
  ['by the name of another', { tool: 'get_time' }, paris, false],
  ['with one argument of several', { tool: 'get_weather', args: { city: 'Paris' } }, paris, true],
  ['with a number, spelled as a variable is', { tool: 'get_weather', args: { days: '3' } }, paris, true],
  ['with a wrong value', { tool: 'get_weather', args: { city: 'Paris', days: 4 } }, paris, false],
  ['deep inside', { tool: 'get_weather', args: { '$.units.t': 'C' } }, paris, true],
  ['one of several values', { tool: 'get_weather', args: { days: { one_of: [2, 3] } } }, paris, true],
  ['none of several values', { tool: 'get_weather', args: { days: { one_of: [1, 2] } } }, paris, false],
  ['by a pattern', { tool: 'get_weather', args: { city: { matches: '^P' } } }, paris, true],
  ['by case', { tool: 'get_weather', args: { city: { equals: 'paris', ignore_case: true } } }, paris, true],
  ['a missing argument', { tool: 'get_weather', args: { country: 'FR' } }, paris, false],
  [
    'one that may be missing',
    { tool: 'get_weather', args: { country: { equals: 'FR', optional: true } } },
    paris,
    true,
  ],
  [
    'one that may be missing and is wrong',
    { tool: 'get_weather', args: { city: { equals: 'Rome', optional: true } } },
    paris,
    false,
  ],
  ['one that must be missing', { tool: 'get_weather', args: { country: { exists: false } } }, paris, true],
  [
    'one that must be missing and is there',
    { tool: 'get_weather', args: { city: { exists: false } } },
    paris,
    false,
  ],
  ['beside another tool', { tool: 'get_time' }, both, false],
  ['beside another tool, where that is allowed', { tool: 'get_time', among: true }, both, true],
  ['twice', { tool: 'get_weather', times: 2, among: true }, both, true],
  ['once, and it was twice', { tool: 'get_weather', times: 1, among: true }, both, false],
  [
    'once with these arguments',
    { tool: 'get_weather', times: 1, among: true, args: { city: 'Rome' } },
    both,
    true,
  ],
  ['the same tool with other arguments', { tool: 'get_weather', args: { city: 'Rome' } }, both, false],
  ['without arguments', { tool: 'get_time' }, calling(['get_time', '']), true],
  [
    'without arguments, and one is asked for',
    { tool: 'get_time', args: { zone: 'UTC' } },
    calling(['get_time', '']),
    false,
  ],
  [
    'with arguments that are not JSON',
    { tool: 'get_time', args: { zone: 'UTC' } },
    calling(['get_time', '{"zone": "UTC"']),
    false,
  ],
  ['not at all', { tool: 'get_time' }, answerOf('It is 5.'), false],
])('tool-called: %s', (_name, given, answer, passes) => {
  expect(findingOf({ type: 'tool-called', ...given }, answer).pass).toBe(passes);
  expect(findingOf({ type: 'tool-called', not: true, ...given }, answer).pass).toBe(!passes);
});

test('tool-called says what was expected and what came', () => {
  const check = { type: 'tool-called', tool: 'get_weather', args: { city: 'Rome' } };
  expect(findingOf(check, paris).why).toBe(
    'expected get_weather({"city":"Rome"}), got get_weather({"city":"Paris","days":3,"units":{"t":"C"}})',
  );
  expect(findingOf(check, answerOf('Sunny.')).why).toBe(
    'expected get_weather({"city":"Rome"}), got no tool call',
  );
  expect(findingOf({ type: 'tool-called', tool: 'get_time' }, both).why).toContain('and no other call');
});

test.each<[object, string]>([
  [{ tool: 'f', args: { '$[': 1 } }, 'not a JSONPath'],
  [{ tool: 'f', args: { a: [1, 2] } }, 'one_of'],
  [{ tool: 'f', args: { a: { equal: 1 } } }, 'equal'],
  [{ tool: 'f', times: 0 }, 'times: Too small'],
  [{ tool: '' }, 'tool'],
])('tool-called refuses %j', (given, words) => {
  expect(JSON.stringify(resolve({ type: 'tool-called', ...given }))).toContain(words);
});

const strict = {
  type: 'object',
  properties: { city: { type: 'string' }, days: { type: 'integer' } },
  required: ['city'],
  additionalProperties: false,
};
const wrapped = [
  { type: 'function', function: { name: 'get_weather', parameters: strict } },
  { type: 'function', function: { name: 'get_time' } },
];
const bare = [{ type: 'function', name: 'get_weather', parameters: strict }];

test.each<[string, unknown, [string, unknown][], boolean | string]>([
  ['arguments that fit', wrapped, [['get_weather', { city: 'Paris', days: 2 }]], true],
  [
    'every call counts',
    wrapped,
    [
      ['get_weather', { city: 'Paris' }],
      ['get_weather', {}],
    ],
    false,
  ],
  ['a tool without a schema takes anything', wrapped, [['get_time', { zone: 1 }]], true],
  ['a tool that was not declared', wrapped, [['get_tide', {}]], false],
  ['no JSON', wrapped, [['get_weather', '{"city": ']], false],
  ['no call', wrapped, [], true],
  ['tools without their wrapping', bare, [['get_weather', { days: 2 }]], false],
  ['no tools declared', undefined, [['get_weather', {}]], 'the request declares no tools in params.tools'],
  [
    'a schema that is none',
    [{ function: { name: 'f', parameters: { type: 'vibes' } } }],
    [['f', {}]],
    'could not be decided',
  ],
])('tool-arguments-valid: %s', (_name, tools, calls, passes) => {
  const answer = { ...calling(...calls), ...(tools === undefined ? {} : { tools }) };
  const finding = findingOf({ type: 'tool-arguments-valid' }, answer);
  expect(finding.pass).toBe(passes === true);
  if (typeof passes === 'string') {
    expect(finding.why).toContain(passes);
    expect(findingOf({ type: 'tool-arguments-valid', not: true }, answer).pass).toBe(false);
  }
});
