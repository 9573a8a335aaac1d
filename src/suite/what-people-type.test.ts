import { expect, test } from 'vitest';
import { UserError } from '../base/user-error.ts';
import { selectSuite } from './select.ts';
import { faultsOf, load, minimal } from './testing/temp-suite.ts';

const prompts = (text: string): string => minimal(`prompts:\n  - id: a\n    prompt: ${text}`);
const checks = (text: string): string => minimal(`prompts: [{ id: a, prompt: x, checks: ${text} }]`);
const metric = (text: string): string =>
  minimal(`prompts: [{ id: a, prompt: x }]\nthresholds: [{ metric: ${text}, max: 1 }]`);

/** What is typed, and the whole message: the place, what is wrong, what to type instead. */
test.each<[string, string]>([
  // Texts that YAML interprets differently.
  [prompts('Answer: x'), `6:13: text with ": " in it must be in quotes: prompt: 'Answer: x'`],
  [prompts("It's so: x"), `6:13: text with ": " in it must be in quotes: prompt: 'It''s so: x'`],
  [minimal('prompts: [{ id: a, prompt: Answer: x }]'), '4:28: text with ": " in it must be in quotes'],
  [prompts('@you do'), `6:13: text that begins with "@" must be in quotes: prompt: '@you do'`],
  [prompts('`code`'), '6:13: text that begins with "`" must be in quotes: prompt: \'`code`\''],
  [prompts('%x'), `6:13: text that begins with "%" must be in quotes: prompt: '%x'`],
  [prompts('*bold* x'), `6:20: text that begins with "*" must be in quotes: prompt: '*bold* x'`],
  [prompts('[x] do'), `6:17: text that begins with "[" must be in quotes: prompt: '[x] do'`],
  [prompts('{{x}} do'), `6:19: text that begins with "{" must be in quotes: prompt: '{{x}} do'`],
  [prompts('!now x'), `6:13: text that begins with "!" must be in quotes: prompt: '!now x'`],
  [prompts('! x'), '6:15: "!" is not part of the text; put the text in quotes'],
  [prompts('&you x'), '6:18: nothing refers to &you; if it is part of the text, put the text in quotes'],
  [prompts('Say #1'), '6:13: the text ends here, because " #" begins a comment: put it in quotes'],
  [
    prompts('"Yes" or no?'),
    `6:19: the text continues after its closing quote; put all of it in quotes: prompt: '"Yes" or no?'`,
  ],
  [
    prompts("'It's'"),
    `6:17: the text continues after its closing quote; put all of it in quotes: prompt: 'It''s'`,
  ],
  [minimal('prompts:\n  - id:a\n    prompt: x'), '5:5: a key needs a space after its colon, such as id: a'],
  [minimal('prompts:\n\t- id: a'), '5:1: Tabs are not allowed as indentation; indent with spaces'],
  // Prompts and lists.
  [
    minimal('prompts: [Hello there]'),
    '4:11: prompts.0: expected a map, not "Hello there"; write { id: hello, prompt: Hello there }',
  ],
  [
    minimal('prompts: ["Is it: so?"]'),
    `4:11: prompts.0: expected a map, not "Is it: so?"; write { id: is, prompt: 'Is it: so?' }`,
  ],
  [
    minimal('prompts: Hello'),
    '4:10: prompts: expected a list, not "Hello"; write prompts: [ { id: hello, prompt: Hello } ]',
  ],
  [
    minimal('prompts: { a: Hello }'),
    '4:10: prompts: expected a list, not a map; each prompt is an entry of its own: - { id: a, prompt: … }',
  ],
  [
    minimal('prompts: [{ id: a, prompt: x, tags: t }]'),
    '4:37: prompts.0.tags: expected a list, not "t"; write tags: [ t ]',
  ],
  [
    minimal('prompts: [{ id: a, messages: Hi }]'),
    '4:30: prompts.0.messages: expected a list, not "Hi"; write prompt: Hi',
  ],
  [
    minimal().replace('[custom-ollama/one]', 'custom-ollama/one'),
    '3:9: models: expected a list, not "custom-ollama/one"; write models: [ custom-ollama/one ]',
  ],
  // Checks.
  [
    checks('[contains: x]'),
    '4:40: prompts.0.checks.0.type: a check is named by its type: write { type: contains, value: x }',
  ],
  [
    checks('[contains-any: [x, y]]'),
    '4:40: prompts.0.checks.0.type: a check is named by its type: write { type: contains-any, values: [ x, y ] }',
  ],
  [
    checks('[matches: "^a: b"]'),
    "4:40: prompts.0.checks.0.type: a check is named by its type: write { type: matches, pattern: '^a: b' }",
  ],
  [
    checks('[contains: "{{x}}"]'),
    "4:40: prompts.0.checks.0.type: a check is named by its type: write { type: contains, value: '{{x}}' }",
  ],
  [
    checks('[contians: x]'),
    '4:40: prompts.0.checks.0.type: a check is named by its type: write { type: contains, value: x }',
  ],
  [checks('[not-empty]'), '4:40: prompts.0.checks.0: a check is a map: write { type: not-empty }'],
  [
    checks('[{ type: icontains, value: x }]'),
    '4:48: prompts.0.checks.0.type: a check is named by its type: write { type: contains, value: x, ignore_case: true }',
  ],
  [
    checks('[{ type: not-contains, value: x }]'),
    '4:48: prompts.0.checks.0.type: a check is named by its type: write { type: contains, value: x, not: true }',
  ],
  [
    checks('[{ type: regex, value: x }]'),
    '4:48: prompts.0.checks.0.type: a check is named by its type: write { type: matches, pattern: x }',
  ],
  [
    checks('{ contains: x }'),
    '4:39: prompts.0.checks: expected a list, not a map; write checks: [{ type: contains, value: x }]',
  ],
  [
    checks('not-empty'),
    '4:39: prompts.0.checks: expected a list, not "not-empty"; write checks: [{ type: not-empty }]',
  ],
  // Limits.
  [
    metric('p95(latency)'),
    '5:24: thresholds.0.metric: unknown column "latency"; did you mean "e2e_latency_ms"?',
  ],
  [metric('p95(ttft)'), '5:24: thresholds.0.metric: unknown column "ttft"; did you mean "ttft_ms"?'],
  [metric('mean(tps)'), '5:24: thresholds.0.metric: unknown column "tps"; did you mean "output_tps"?'],
  [metric('avg(ttft_ms)'), '5:24: thresholds.0.metric: unknown statistic "avg"; did you mean "mean"?'],
  [metric('median(ttft_ms)'), '5:24: thresholds.0.metric: unknown statistic "median"; did you mean "p50"?'],
  [
    metric('p95_latency'),
    '5:24: thresholds.0.metric: "p95_latency" is not a statistic of a column: write p95(e2e_latency_ms)',
  ],
  [
    metric('avg ttft_ms'),
    '5:24: thresholds.0.metric: "avg ttft_ms" is not a statistic of a column: write mean(ttft_ms)',
  ],
  [
    metric('ttft_ms'),
    '5:24: thresholds.0.metric: "ttft_ms" is not a statistic of a column: write p95(ttft_ms)',
  ],
  [
    metric('passed'),
    '5:24: thresholds.0.metric: "passed" is not a statistic of a column: write rate(passed)',
  ],
  [
    metric('error_rate'),
    '5:24: thresholds.0.metric: "error_rate" is not a statistic of a column: the share of failed requests is limited by run.max_error_rate',
  ],
  // Files of other tools.
  [
    'prompts: [file://p.txt]\nproviders: [openai:gpt]\ntests: [{ assert: [{ type: contains, value: x }] }]\n',
    "2:1: providers: this is another tool's file (a promptfoo config), not a suite; gatebench init suite.yaml writes a suite to start from",
  ],
  [
    'description: d\ntargets: [x]\n',
    "2:1: targets: this is another tool's file (a promptfoo config), not a suite; gatebench init suite.yaml writes a suite to start from",
  ],
  [
    'name: n\nmodel: openai/gpt\nmessages: [{ role: user, content: x }]\n',
    "2:1: model: this is another tool's file (a .prompt.yml of GitHub Models), not a suite; gatebench init suite.yaml writes a suite to start from",
  ],
  [
    'model_list: []\n',
    "1:1: model_list: this is another tool's file (a LiteLLM config), not a suite; gatebench init suite.yaml writes a suite to start from",
  ],
])('%j', async (text, message) => {
  expect(await faultsOf(text)).toEqual([`suite.yaml:${message}`]);
});

test.each(['Say # a comment behind a blank', 'C# and F#', '"Say #1"', '"&you x"', 'https://e/#part'])(
  '%s is a prompt like any other',
  async (text) => {
    await expect(load(prompts(text))).resolves.toBeDefined();
  },
);

test('an anchor that something refers to is one', async () => {
  const { prompts } = await load(minimal('x-a: &a some text\nprompts: [{ id: a, prompt: *a }]'));
  expect(prompts[0]!.messages).toEqual([{ role: 'user', content: 'some text' }]);
});

test('--tags where nothing has a tag', async () => {
  const suite = await load(minimal());
  expect(() => selectSuite(suite, { tags: ['smoke', 'x'] })).toThrow(
    new UserError(
      '--tags: nothing in this suite has a tag; leave out --tags, or give a prompt tags: [smoke]',
    ),
  );
});
