import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mistake } from '../base/testing/mistake.ts';
import { faultsOf, load, minimal } from './testing/temp-suite.ts';

const routes = ['compat', 'provider', 'direct', 'local', 'demo'];

test('all faults are reported at once, each with its place, a caret and the nearest name', async () => {
  const text = await readFile(new URL('golden/broken.yaml', import.meta.url), 'utf8');
  const files = {
    'data/tickets.csv': 'ticket_id,text,Ticket Type\n1,a,b\n',
    'data/ragged.csv': 'id,text\n1,a\n2\n',
  };
  await expect(await mistake(load(text, files, { routes }))).toMatchFileSnapshot('golden/broken.txt');
});

describe('one fault each', () => {
  const prompts = 'prompts: [{ id: a, prompt: x }]';
  test.each<[string, string, string]>([
    ['no map', '[]', 'suite.yaml:1:1: expected a map, not a list'],
    ['no prompts', minimal('prompts: []'), 'suite.yaml:4:10: prompts: is empty; give one or more'],
    ['no prompts at all', minimal(''), 'suite.yaml:1:1: prompts: is missing; expected a list'],
    [
      'a name with an escape',
      minimal(prompts).replace('small', '"a\\x1b[31m"'),
      'suite.yaml:2:7: name: use letters',
    ],
    ['a hidden name', minimal(prompts).replace('small', '.small'), 'suite.yaml:2:7: name: use letters'],
    ['another version', minimal(prompts).replace('1', '2'), 'suite.yaml:1:10: version: expected 1, not 2'],
    [
      'an id with a line break',
      minimal('prompts: [{ id: "a\\nb", prompt: x }]'),
      'suite.yaml:4:17: prompts.0.id: use visible',
    ],
    [
      'an id with a blank',
      minimal('prompts: [{ id: a b, prompt: x }]'),
      'suite.yaml:4:17: prompts.0.id: use visible',
    ],
    [
      'an id with a comma',
      minimal('prompts: [{ id: "a,b", prompt: x }]'),
      'suite.yaml:4:17: prompts.0.id: use visible',
    ],
    [
      'a number as id',
      minimal('prompts: [{ id: 7, prompt: x }]'),
      'suite.yaml:4:17: prompts.0.id: expected text, not 7; put it in quotes',
    ],
    ['a tag with a semicolon', minimal(`${prompts}\ntags: [a;b]`), 'suite.yaml:5:8: tags.0: use visible'],
    [
      'params that name the model',
      minimal('prompts: [{ id: a, prompt: x, params: { messages: [] } }]'),
      'suite.yaml:4:51: prompts.0.params.messages: is set by gatebench',
    ],
    [
      'several answers to one request',
      minimal('prompts: [{ id: a, prompt: x, params: { n: 2 } }]'),
      'suite.yaml:4:44: prompts.0.params.n: asks for several answers',
    ],
    [
      'an enormous timeout',
      minimal(`${prompts}\nrun: { timeouts: { total_ms: 1e12 } }`),
      'suite.yaml:5:30: run.timeouts.total_ms: must be at most 86400000, not 1000000000000',
    ],
    [
      'a stop before the first repeat',
      minimal(
        `${prompts}\nrun: { stop: { when: ci_half_width, metric: ttft_ms, ratio: 0.1, max_repeat: 2 } }`,
      ),
      'suite.yaml:5:78: run.stop.max_repeat: is below run.repeat (3)',
    ],
    [
      'a stop by no metric',
      minimal(`${prompts}\nrun: { stop: { when: ci_half_width, metric: ttft, ratio: 0.1, max_repeat: 9 } }`),
      'suite.yaml:5:45: run.stop.metric: unknown word "ttft"; did you mean "ttft_ms"?',
    ],
    [
      'a gate of nothing',
      minimal(`${prompts}\ngate: { metrics: {} }`),
      'suite.yaml:5:18: gate.metrics: is empty; name what to watch',
    ],
    [
      'a gate rule without a limit',
      minimal(`${prompts}\ngate: { metrics: { ttft_ms: {} } }`),
      'suite.yaml:5:29: gate.metrics.ttft_ms: needs max_ratio or min_ratio',
    ],
    [
      'a gate rule of the wrong kind',
      minimal(`${prompts}\ngate: { metrics: { ttft_ms: { max_drop: 1 } } }`),
      'suite.yaml:5:41: gate.metrics.ttft_ms.max_drop: ttft_ms takes max_ratio and min_ratio',
    ],
    [
      'a variable with a strange name',
      minimal('prompts: [{ id: a, prompt: x, vars: { a b: 1 } }]'),
      'suite.yaml:4:39: prompts.0.vars.a b: a variable is named by',
    ],
    [
      'a header with a line break',
      minimal(`${prompts}\ngateway: { headers: { x: "a\\r\\nb" } }`),
      'suite.yaml:5:26: gateway.headers.x: a header value takes visible ASCII',
    ],
    [
      'a header of the gateway',
      minimal(`${prompts}\ngateway: { headers: { cf-aig-authorization: x } }`),
      'suite.yaml:5:23: gateway.headers.cf-aig-authorization: carries a secret',
    ],
    [
      'a header of our own',
      minimal(`${prompts}\ngateway: { headers: { Content-Length: "1" } }`),
      'suite.yaml:5:23: gateway.headers.Content-Length: is set by gatebench itself',
    ],
    [
      'a context for the API that ignores it',
      minimal(`${prompts}\ngateway: { local: { num_ctx: 8192 } }`),
      'suite.yaml:5:30: gateway.local.num_ctx: works only with api: native; the OpenAI-compatible API ignores it',
    ],
    [
      'a time to stay without its unit',
      minimal(`${prompts}\ngateway: { local: { api: native, keep_alive: "10" } }`),
      'suite.yaml:5:46: gateway.local.keep_alive: write a time such as 10m or 1h30m, or seconds as a number',
    ],
    [
      'a time to stay that is none',
      minimal(`${prompts}\ngateway: { local: { api: native, keep_alive: true } }`),
      'suite.yaml:5:46: gateway.local.keep_alive: expected a number or text, not true',
    ],
    [
      'a dataset of another kind',
      minimal('prompts: [{ id: a, prompt: x, dataset: { file: suite.xlsx } }]'),
      'suite.yaml:4:48: prompts.0.dataset.file: "suite.xlsx" does not exist',
    ],
    [
      'a model without provider',
      minimal(prompts).replace('custom-ollama/one', 'one'),
      'suite.yaml:3:10: models.0: write provider/model, such as custom-ollama/kimi-k2.6',
    ],
  ])('%s', async (_, text, fault) => {
    const [first, ...others] = await faultsOf(text);
    expect(others).toEqual([]);
    expect(first!.slice(0, fault.length)).toBe(fault);
  });
});

describe('faults of variables', () => {
  test('point at the name, in block texts and files too', async () => {
    const text = minimal(
      'prompts:\n  - id: a\n    prompt: |\n      Hello\n      and {{bye}}\n  - { id: b, prompt: { file: p.md } }',
    );
    expect(await faultsOf(text, { 'p.md': 'x\n  {{y}}' })).toEqual([
      'suite.yaml:8:11: prompts.0.prompt: unknown variable "bye"; this prompt has no variables; template: none keeps all braces as they are',
      'p.md:2:3: unknown variable "y"; this prompt has no variables; template: none keeps all braces as they are',
    ]);
  });

  test('of the defaults name the prompts that lack them, and count the rest', async () => {
    const entries = [1, 2, 3, 4, 5, 6].map((n) => `  - { id: p${n}, prompt: x }`).join('\n');
    expect(await faultsOf(minimal(`defaults: { system: 'in {{lang}}' }\nprompts:\n${entries}`))).toEqual([
      expect.stringMatching(
        /^suite\.yaml:4:25: defaults\.system: unknown variable "lang".* \(in "p1", "p2", "p3" and 3 more\)$/,
      ),
    ]);
  });

  test('do not report missing variables that follow from a reported fault', async () => {
    const typo = minimal("prompts: [{ id: a, prompt: '{{text}}', var: { text: x } }]");
    expect(await faultsOf(typo)).toEqual([
      'suite.yaml:4:40: prompts.0.var: unknown key "var"; did you mean "vars"?',
    ]);
    const missing = minimal("prompts: [{ id: a, prompt: '{{text}}', dataset: { file: d.csv } }]");
    expect(await faultsOf(missing)).toEqual([
      'suite.yaml:4:57: prompts.0.dataset.file: "d.csv" does not exist',
    ]);
  });

  test('in merged maps and aliases have the place where they were written', async () => {
    const text = minimal(
      "x-base: &base\n  prompt: 'Hi {{who}}'\nprompts:\n  - { <<: *base, id: a }\n  - { <<: *base, id: b, vars: { who: you } }",
    );
    expect(await faultsOf(text)).toEqual([
      expect.stringMatching(/^suite\.yaml:5:15: prompts\.0\.prompt: unknown variable "who"/),
    ]);
  });
});

test('a secret in a header is not printed', async () => {
  const text = minimal(
    'prompts: [{ id: a, prompt: x }]\ngateway: { headers: { Authorization: Bearer s3cret, x: 1 } }',
  );
  const said = await mistake(load(text));
  expect(said).not.toContain('s3cret');
  expect(said).toContain('gateway.headers.x: expected text, not 1');
});

test('a column that cannot be a variable is reported when a prompt uses it', async () => {
  const text = minimal("prompts: [{ id: a, prompt: 'x {{Ticket Type}}', dataset: { file: d.csv } }]");
  expect(await faultsOf(text, { 'd.csv': 'id,Ticket Type\n1,x\n' })).toEqual([
    'suite.yaml:4:58: prompts.0.dataset: the column "Ticket Type" can\'t be a variable: rename it to letters, digits, "_" and "-"',
  ]);
});

test('an empty file says nothing', async () => {
  const text = minimal('prompts: [{ id: a, prompt: { file: p.md } }]');
  expect(await faultsOf(text, { 'p.md': ' \n\n' })).toEqual([
    'suite.yaml:4:36: prompts.0.prompt.file: "p.md" is empty',
  ]);
});

test('an axis that is also a column', async () => {
  const text = minimal('prompts: [{ id: a, prompt: x, matrix: { x: [1] }, dataset: { file: d.csv } }]');
  expect(await faultsOf(text, { 'd.csv': 'id,x\n1,x\n' })).toEqual([
    'suite.yaml:4:41: prompts.0.matrix.x: "x" is a column of the dataset too',
  ]);
});

test('a broken value that an alias repeats is reported at its anchor, once for each use', async () => {
  const text = minimal(
    'x-p: &p { temprature: 0, model: x }\nprompts:\n  - { id: a, prompt: x, params: *p }\n  - { id: b, prompt: y, params: *p }',
  );
  expect(await faultsOf(text)).toEqual([
    'suite.yaml:4:33: prompts.0.params.model: is set by gatebench',
    'suite.yaml:4:33: prompts.1.params.model: is set by gatebench',
  ]);
});

test('duplicate ids name both places, also when rows of a dataset make them', async () => {
  const text = minimal(
    "prompts:\n  - { id: t, prompt: '{{x}}', dataset: { file: d.csv } }\n  - { id: t, prompt: x, matrix: { n: [1] } }",
  );
  expect(await faultsOf(text, { 'd.csv': 'id,x\n1,a\n2,b\n1,c\n' })).toEqual([
    'suite.yaml:6:11: prompts.1.id: duplicate prompt id "t[1]"; the first is at d.csv:2:1',
    'd.csv:4:1: duplicate prompt id "t[1]"; the first is at d.csv:2:1',
  ]);
});

test('a broken entry hides no fault of the others, nor of itself', async () => {
  const text = minimal(
    'prompts:\n  - { id: a, prompt: 1, checks: [{ type: nonsense }] }\n  - { id: a, prompt: x }\nrun: { repeat: no, retry: { backoff_ms: [2, 1] } }',
  );
  expect((await faultsOf(text)).map((fault) => fault.split(':').slice(1, 4).join(':'))).toEqual([
    '5:22: prompts.0.prompt',
    '5:42: prompts.0.checks.0.type',
    '6:11: prompts.1.id',
    '7:16: run.repeat',
    '7:41: run.retry.backoff_ms',
  ]);
});

/** Lines of a suite, each right and, where there is a second, wrong: of the schema, or of what the parts say together. */
const lines: readonly (readonly [right: string, wrong?: string])[] = [
  ['version: 1'],
  ['name: small', 'name: .small'],
  ['gateway: { route: demo }', 'gateway: { route: dmo, log_payload: 1 }'],
  ['models:'],
  ['  - custom-ollama/one', '  - one'],
  ['  - { id: two, model: custom-ollama/two }', '  - { id: two, model: custom-ollama/two, concurency: 1 }'],
  ['prompts:'],
  ['  - { id: a, prompt: x }', '  - { id: a, prompt: 7 }'],
  ['  - { id: b, prompt: x, checks: [{ type: json }] }', '  - { id: b, prompt: x, checks: [{ type: jsn }] }'],
  ['  - { id: c, prompt: "{{x}}", vars: { x: 1 } }', '  - { id: c, prompt: "{{y}}", vars: { x: 1 } }'],
  ['  - { id: d, prompt: x }', '  - { id: b, prompt: { file: nowhere.md } }'],
  ['  - { id: e, prompt: x }', '  - { prompt: x }'],
  ['run: { repeat: 3 }', 'run: { repeat: 0, retry: { backoff_ms: [2, 1] } }'],
  ['thresholds:'],
  ['  - { metric: p95(ttft_ms), max: 1 }', '  - { metric: p95(ttft_ms), max: x }'],
  ['  - { metric: p95(ttft_ms), max: 1, model: two }', '  - { metric: p95(tft_ms), max: 1, model: two }'],
  ['gate: { window: 3 }', 'gate: { window: 0, metrics: { ttft_ms: {} } }'],
];

test('no fault hides another: all are reported, each as if it were the only one', async () => {
  const told = (wrong: ReadonlySet<number>): Promise<string[]> =>
    faultsOf(
      lines.map(([right, other], index) => (wrong.has(index) ? other! : right)).join('\n'),
      {},
      { routes },
    );
  const breakable = [...lines.keys()].filter((index) => lines[index]![1] !== undefined);
  const alone = new Map<number, string[]>();
  for (const index of breakable) alone.set(index, await told(new Set([index])));
  await fc.assert(
    fc.asyncProperty(fc.subarray(breakable, { minLength: 2 }), async (wrong) => {
      expect(await told(new Set(wrong))).toEqual(wrong.flatMap((index) => alone.get(index)!));
    }),
    { numRuns: 60 },
  );
});
