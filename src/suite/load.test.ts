import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadSuite } from './load.ts';
import type { Message, Prompt, Suite } from './suite.ts';
import { load, minimal, tempFolder } from './testing/temp-suite.ts';

const prompt = async (entry: string, files: Record<string, string> = {}, defaults = '{}'): Promise<Prompt> =>
  (await load(minimal(`defaults: ${defaults}\nprompts:\n  - ${entry}`), files)).prompts[0]!;

const messages = async (...written: Parameters<typeof prompt>): Promise<Message[]> =>
  (await prompt(...written)).messages;

describe('the whole format', () => {
  const files = {
    'prompts/faq.md': 'Answer in {{lang}}, {{tone}}.\n',
    'data/tickets.csv': 'ticket_id,text,expected\n1,"Money, please",refund\n2,No light,fault\n',
  };
  const text = `
version: 1
name: support-triage
description: Which model should answer support mail?
tags: [support, nightly]
gateway:
  route: compat
  auth: bearer
  byok_alias: production
  headers: { x-team: support }
  log_payload: false
  local: { api: native, keep_alive: 10m, num_ctx: 8192 }
models:
  - custom-ollama/kimi-k2.6
  - id: glm
    model: custom-ollama/glm-5.2
    params: { reasoning_effort: low }
    concurrency: 1
    price: { input: 0.60, cached_input: 0.10, output: 2.20 }
defaults:
  system: You answer in one sentence.
  params: { temperature: 0, seed: 7 }
  tags: [all]
  checks: [{ type: not-empty }]
prompts:
  - id: refund
    tags: [json]
    messages:
      - { role: user, content: 'Classify: {{text}}. Reply with JSON {"label": …}.' }
    vars: { text: I want my money back }
    params: { seed: 8, stop: [x] }
    checks: [{ type: contains, value: '{{text}}', not: true, weight: 2 }]
  - id: faq
    prompt: { file: prompts/faq.md }
    matrix: { lang: [de, en], tone: [plain] }
  - id: tickets
    prompt: 'Sort: {{text}}'
    dataset: { file: data/tickets.csv, id: ticket_id, limit: 1 }
    checks: [{ type: contains, value: '{{expected}}' }]
run:
  repeat: 2
  warmup: 0
  order: sequential
  concurrency: 4
  timeouts: { connect_ms: 1, first_token_ms: 2, idle_ms: 3, total_ms: 4 }
  retry: { max: 1, backoff_ms: [5, 6], max_wait_ms: 7, outage_ms: 8 }
  budget: { requests: 8, tokens: 9, usd: 1.5, minutes: 10 }
  answers: preview
  max_error_rate: 0.5
  stop: { when: ci_half_width, metric: ttft_ms, ratio: 0.1, max_repeat: 6 }
thresholds:
  - { metric: p95(e2e_latency_ms), max: 15000 }
  - { metric: rate(passed), model: glm, min: 0.9, strict: true }
gate:
  window: 7
  metrics: { e2e_latency_ms: { max_ratio: 1.10, min_ratio: 0.5 }, passed: { max_drop: 0.05, max_rise: 0.5 } }
  confirm: 3
`;

  test('every field arrives', async () => {
    const system = { role: 'system', content: 'You answer in one sentence.' };
    const notEmpty = { type: 'not-empty', not: false, weight: 1 };
    const contains = { type: 'contains', ignore_case: false, not: false, weight: 1 };
    const expected: Suite = {
      version: 1,
      name: 'support-triage',
      description: 'Which model should answer support mail?',
      tags: ['support', 'nightly'],
      gateway: {
        route: 'compat',
        auth: 'bearer',
        byokAlias: 'production',
        headers: { 'x-team': 'support' },
        logPayload: false,
        local: { api: 'native', keepAlive: '10m', numCtx: 8192 },
      },
      models: [
        { id: 'kimi-k2.6', model: 'custom-ollama/kimi-k2.6', params: {} },
        {
          id: 'glm',
          model: 'custom-ollama/glm-5.2',
          params: { reasoning_effort: 'low' },
          concurrency: 1,
          price: { input: 0.6, cachedInput: 0.1, output: 2.2 },
        },
      ],
      prompts: [
        {
          id: 'refund',
          tags: ['all', 'json'],
          messages: [
            system,
            { role: 'user', content: 'Classify: I want my money back. Reply with JSON {"label": …}.' },
          ],
          params: { temperature: 0, seed: 8, stop: ['x'] },
          checks: [notEmpty, { ...contains, value: 'I want my money back', not: true, weight: 2 }],
        },
        ...['de', 'en'].map((lang) => ({
          id: `faq[${lang},plain]`,
          tags: ['all'],
          messages: [system, { role: 'user', content: `Answer in ${lang}, plain.` }],
          params: { temperature: 0, seed: 7 },
          checks: [notEmpty],
        })),
        {
          id: 'tickets[1]',
          tags: ['all'],
          messages: [system, { role: 'user', content: 'Sort: Money, please' }],
          params: { temperature: 0, seed: 7 },
          checks: [notEmpty, { ...contains, value: 'refund' }],
        },
      ],
      run: {
        repeat: 2,
        warmup: 0,
        order: 'sequential',
        concurrency: 4,
        timeouts: { connectMs: 1, firstTokenMs: 2, idleMs: 3, totalMs: 4 },
        retry: { max: 1, backoffMs: [5, 6], maxWaitMs: 7, outageMs: 8 },
        budget: { requests: 8, tokens: 9, usd: 1.5, minutes: 10 },
        answers: 'preview',
        maxErrorRate: 0.5,
        stop: { when: 'ci_half_width', metric: 'ttft_ms', ratio: 0.1, maxRepeat: 6 },
      },
      thresholds: [
        {
          metric: 'p95(e2e_latency_ms)',
          statistic: 'p95',
          column: 'e2e_latency_ms',
          max: 15000,
          strict: false,
          line: 52,
        },
        {
          metric: 'rate(passed)',
          statistic: 'rate',
          column: 'passed',
          model: 'glm',
          min: 0.9,
          strict: true,
          line: 53,
        },
      ],
      gate: {
        window: 7,
        metrics: {
          e2e_latency_ms: { maxRatio: 1.1, minRatio: 0.5 },
          passed: { maxDrop: 0.05, maxRise: 0.5 },
        },
        confirm: 3,
      },
    };
    expect(await load(text, files)).toEqual(expected);
  });

  test('what is absent has its default', async () => {
    expect(await load(minimal())).toEqual({
      version: 1,
      name: 'small',
      tags: [],
      gateway: { auth: 'aig', headers: {}, logPayload: true },
      models: [{ id: 'one', model: 'custom-ollama/one', params: {} }],
      prompts: [
        { id: 'a', tags: [], messages: [{ role: 'user', content: 'Hello' }], params: {}, checks: [] },
      ],
      run: {
        repeat: 3,
        warmup: 1,
        order: 'blocks',
        concurrency: 3,
        timeouts: { connectMs: 10_000, firstTokenMs: 60_000, idleMs: 30_000, totalMs: 300_000 },
        retry: { max: 2, backoffMs: [1000, 30_000], maxWaitMs: 60_000, outageMs: 60_000 },
        budget: {},
        answers: 'full',
        maxErrorRate: 0.05,
      },
      thresholds: [],
    });
  });

  test('a gate without figures watches latency and checks', async () => {
    const { gate } = await load(`${minimal()}gate: {}`);
    expect(gate).toEqual({
      window: 14,
      metrics: { e2e_latency_ms: { maxRatio: 1.1 }, passed: { maxDrop: 0.05 } },
      confirm: 2,
    });
  });

  test('a short total caps the other timeouts, where they are not given', async () => {
    const { run } = await load(`${minimal()}run: { timeouts: { total_ms: 20000, idle_ms: 15000 } }`);
    expect(run.timeouts).toEqual({
      connectMs: 10_000,
      firstTokenMs: 20_000,
      idleMs: 15_000,
      totalMs: 20_000,
    });
  });

  test('anchors, merge keys and x- sections', async () => {
    const { prompts } = await load(
      minimal(
        'x-base: &base { tags: [t], prompt: Hi }\nprompts:\n  - { <<: *base, id: a }\n  - { <<: *base, id: b, prompt: Ho }',
      ),
    );
    expect(prompts.map(({ id, tags, messages: [message] }) => [id, tags, message!.content])).toEqual([
      ['a', ['t'], 'Hi'],
      ['b', ['t'], 'Ho'],
    ]);
  });
});

describe('who says what', () => {
  const user = (content: string): Message => ({ role: 'user', content });
  const system = (content: string): Message => ({ role: 'system', content });

  test('the system message of the prompt replaces that of the defaults; an empty one removes it', async () => {
    const defaults = '{ system: Old }';
    expect(await messages('{ id: a, prompt: x }', {}, defaults)).toEqual([system('Old'), user('x')]);
    expect(await messages('{ id: a, prompt: x, system: New }', {}, defaults)).toEqual([
      system('New'),
      user('x'),
    ]);
    expect(await messages("{ id: a, prompt: x, system: '' }", {}, defaults)).toEqual([user('x')]);
  });

  test('a conversation with a system message of its own gets no second one', async () => {
    const own = '{ id: a, messages: [{ role: system, content: Mine }, { role: user, content: x }] }';
    expect(await messages(own, {}, '{ system: Old }')).toEqual([system('Mine'), user('x')]);
  });

  test('default messages come before the prompt, as examples', async () => {
    const defaults = '{ messages: [{ role: user, content: 1+1 }, { role: assistant, content: "2" }] }';
    const examples = [user('1+1'), { role: 'assistant', content: '2' }];
    expect(await messages('{ id: a, prompt: 2+2 }', {}, defaults)).toEqual([...examples, user('2+2')]);
    expect(await messages('{ id: a, messages: [{ role: user, content: y }] }', {}, defaults)).toEqual([
      ...examples,
      user('y'),
    ]);
  });

  test('a default prompt serves entries that bring only variables', async () => {
    const defaults = "{ prompt: 'Translate: {{text}}' }";
    expect(await messages('{ id: a, vars: { text: Hi } }', {}, defaults)).toEqual([user('Translate: Hi')]);
    expect(await messages('{ id: a, messages: [{ role: user, content: y }] }', {}, defaults)).toEqual([
      user('y'),
    ]);
  });

  test('texts come from files, without the line breaks at their end', async () => {
    const files = { 'p.md': 'Hi {{name}}\r\nand bye\n\n', 's.md': 'Be {{name}}\n' };
    const entry =
      '{ id: a, vars: { name: Ada }, system: { file: s.md }, messages: [{ role: user, content: { file: p.md } }] }';
    expect(await messages(entry, files)).toEqual([system('Be Ada'), user('Hi Ada\nand bye')]);
  });

  test('parts, tool calls and other fields pass; only content is a template', async () => {
    const entry = `id: a
    vars: { x: 1 }
    messages:
      - { role: user, content: [{ type: text, text: '{{x}}' }, { type: image_url, image_url: { url: 'https://e/{{x}}' } }] }
      - { role: assistant, tool_calls: [{ id: c, type: function, function: { name: f, arguments: '{{y}}' } }] }
      - { role: tool, tool_call_id: c, content: done }`;
    expect(await messages(entry)).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: '1' },
          { type: 'image_url', image_url: { url: 'https://e/1' } },
        ],
      },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{{y}}' } }],
      },
      { role: 'tool', content: 'done', tool_call_id: 'c' },
    ]);
  });
});

describe('templates', () => {
  test('none leaves braces alone in the prompt and in its checks', async () => {
    const entry = "{ id: a, template: none, prompt: '{{x}}', checks: [{ type: contains, value: '{{x}}' }] }";
    const { messages, checks } = await prompt(entry);
    expect(messages[0]!.content).toBe('{{x}}');
    expect(checks[0]).toMatchObject({ value: '{{x}}' });
  });

  test('a prompt may switch on what the defaults switch off', async () => {
    const entry = "{ id: a, template: names, prompt: '{{x}}', vars: { x: 1 } }";
    expect((await messages(entry, {}, '{ template: none }'))[0]!.content).toBe('1');
  });

  test('params are sent as they are', async () => {
    const { params } = await prompt("{ id: a, prompt: x, params: { stop: ['{{x}}'], stream: false } }");
    expect(params).toEqual({ stop: ['{{x}}'], stream: false });
  });

  test('default checks use the variables of each prompt', async () => {
    const defaults = "{ checks: [{ type: numeric, value: '{{answer}}' }] }";
    const { checks } = await prompt("{ id: a, prompt: x, vars: { answer: '7' } }", {}, defaults);
    expect(checks[0]).toMatchObject({ type: 'numeric', value: 7 });
  });

  test('rows of JSONL keep lists, for checks that take one', async () => {
    const entry =
      "{ id: a, prompt: '{{q}}', dataset: { file: d.jsonl }, checks: [{ type: contains-any, values: '{{ok}}' }] }";
    const { id, checks } = await prompt(entry, { 'd.jsonl': '{"id":"r1","q":"?","ok":["a","b"]}\n' });
    expect([id, checks[0]]).toEqual(['a[r1]', expect.objectContaining({ values: ['a', 'b'] })]);
  });
});

describe('the file itself', () => {
  test('paths are relative to it, and its name is the one that was given', async () => {
    await using folder = await tempFolder({
      'suites/a.yaml': minimal('prompts: [{ id: a, prompt: { file: p.md } }]'),
      'suites/p.md': 'Hello',
    });
    const { prompts } = await loadSuite(join(folder.path, 'suites', 'a.yaml'));
    expect(prompts[0]!.messages).toEqual([{ role: 'user', content: 'Hello' }]);
  });

  test('a byte order mark and CRLF make no difference', async () => {
    await using folder = await tempFolder({ 'a.yaml': `\ufeff${minimal().replaceAll('\n', '\r\n')}` });
    expect(await loadSuite(join(folder.path, 'a.yaml'))).toEqual(await load(minimal()));
  });

  test.each<[string, string | RegExp, (path: string) => Promise<unknown>]>([
    [
      'missing',
      /does not exist; "gatebench init .*a.yaml" writes one to start from$/,
      () => Promise.resolve(),
    ],
    ['a folder', 'is a folder, not a file', (path) => mkdir(path)],
    [
      'not UTF-8',
      'is not UTF-8 (first wrong byte in line 2); save it as UTF-8',
      (path) => writeFile(path, 'a: 1\nb: \xe4', 'latin1'),
    ],
    [
      'too large',
      'is larger than 5 MB',
      async (path) => {
        await writeFile(path, '');
        await truncate(path, 5_000_001);
      },
    ],
  ])('%s', async (_, problem, make) => {
    await using folder = await tempFolder({});
    const path = join(folder.path, 'a.yaml');
    await make(path);
    await expect(loadSuite(path)).rejects.toMatchObject({
      name: 'UserError',
      exitCode: 2,
      message:
        typeof problem === 'string' ? `${path}: ${problem}` : (expect.stringMatching(problem) as string),
    });
  });
});
