import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { anyText } from '../base/testing/any-text.ts';
import { UserError } from '../base/user-error.ts';
import { loadSuiteText } from './load.ts';
import type { Suite } from './suite.ts';
import { minimal, tempFolder } from './testing/temp-suite.ts';

let folder: Awaited<ReturnType<typeof tempFolder>>;

beforeAll(async () => {
  folder = await tempFolder({
    'p.md': 'Hi {{lang}}',
    'd.csv': 'id,text\n1,a\n2,b\n',
    'd.jsonl': '{"id":1,"text":"x"}',
  });
});

afterAll(() => folder[Symbol.asyncDispose]());

/** Everything that a suite can hold, to be broken in every way. */
const complete = `
version: 1
name: small
description: d
tags: [x]
gateway: { route: compat, auth: aig, byok_alias: b, headers: { x-a: b }, log_payload: true }
models: [custom-ollama/one, { id: two, model: custom-ollama/two, params: { a: 1 }, concurrency: 1, price: { input: 1, output: 2 } }]
defaults: { system: 'Be {{tone}}', vars: { tone: kind }, params: { seed: 7 }, checks: [{ type: not-empty }] }
prompts:
  - { id: a, prompt: Hello, tags: [t], checks: [{ type: numeric, value: 1 }] }
  - { id: b, messages: [{ role: user, content: [{ type: text, text: '{{x}}' }] }], vars: { x: 1 } }
  - { id: c, prompt: { file: p.md }, matrix: { lang: [de, en] } }
  - { id: d, prompt: '{{text}}', dataset: { file: d.csv, id: id, limit: 2 }, checks: [{ type: contains, value: '{{text}}' }] }
  - { id: e, prompt: '{{text}}', dataset: { file: d.jsonl }, template: names }
run:
  repeat: 3
  warmup: 1
  order: blocks
  concurrency: 3
  timeouts: { connect_ms: 1, first_token_ms: 2, idle_ms: 3, total_ms: 4 }
  retry: { max: 2, backoff_ms: [1, 2], max_wait_ms: 3 }
  budget: { requests: 1, tokens: 2, usd: 3, minutes: 4 }
  answers: full
  max_error_rate: 0.05
  stop: { when: ci_half_width, metric: ttft_ms, ratio: 0.1, max_repeat: 9 }
thresholds: [{ metric: p95(ttft_ms), max: 1 }, { metric: rate(passed), model: two, min: 0.5 }]
gate: { window: 14, metrics: { ttft_ms: { max_ratio: 2 }, passed: { max_drop: 0.1 } }, confirm: 2 }
`;

/** A suite, or faults that each have a place in the text; anything else fails the test. */
async function outcome(text: string): Promise<Suite | string[]> {
  try {
    return await loadSuiteText(text, folder.path, 'suite.yaml');
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const faults = error.message.split('\n').filter((line) => !/^ *\d+ \| |^ +\| /.test(line));
    for (const fault of faults) expectPlace(fault, text);
    expect(faults).not.toEqual([]);
    return faults;
  }
}

/** For properties, which take what is returned for a verdict. */
async function holds(text: string): Promise<void> {
  await outcome(text);
}

function expectPlace(fault: string, text: string): void {
  const place = /^(suite\.yaml|p\.md|d\.csv|d\.jsonl):(\d+):(\d+): \S/.exec(fault);
  if (!place) {
    expect(fault).toMatch(/^… and [\d,]+ more faults?$/);
    return;
  }
  expect(fault).not.toMatch(/\p{Cc}/u);
  if (place[1] !== 'suite.yaml') return;
  const line = text
    .replace(/^\ufeff/, '')
    .replaceAll('\r\n', '\n')
    .split('\n')[Number(place[2]) - 1];
  expect(line).toBeDefined();
  expect(Number(place[3])).toBeLessThanOrEqual(line!.length + 1);
}

test('what the other tests break is whole', async () => {
  expect(await outcome(complete)).toMatchObject({ name: 'small' });
});

describe('any input gives a suite, or faults with places', () => {
  test('any text', async () => {
    await fc.assert(fc.asyncProperty(anyText(), holds), { numRuns: 300 });
  });

  test('any text of the characters that mean something in YAML', async () => {
    const token = fc.constantFrom(
      ...'[]{}:,-?*&!|>\'"%@`#~<=\n\t\r '.split(''),
      'a',
      '1',
      '<<',
      '&a',
      '*a',
      '---',
      '...',
      '{{a}}',
      '\n  ',
      'version: 1\n',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(token, { maxLength: 30 }), (tokens) => holds(tokens.join(''))),
      {
        numRuns: 1000,
      },
    );
  });

  test('a whole suite with a piece cut out, doubled or put elsewhere', async () => {
    const at = fc.nat(complete.length);
    await fc.assert(
      fc.asyncProperty(at, fc.nat(40), at, fc.boolean(), (from, length, to, isCut) => {
        const piece = complete.slice(from, from + length);
        const rest = isCut ? complete.slice(0, from) + complete.slice(from + length) : complete;
        return holds(rest.slice(0, to) + piece + rest.slice(to));
      }),
      { numRuns: 300 },
    );
  });

  test('a whole suite with any value anywhere', async () => {
    const whole = parse(complete) as unknown;
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      anyText({ maxLength: 10 }),
      fc.constantFrom(
        '{{x}}',
        '{{text}}',
        '__proto__',
        'constructor',
        -1,
        0,
        1e308,
        0.5,
        '',
        [],
        {},
        null,
        true,
      ),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(60), { maxLength: 5 }),
        value,
        fc.boolean(),
        (steps, replacement, isKey) => holds(JSON.stringify(changed(whole, steps, replacement, isKey))),
      ),
      { numRuns: 500 },
    );
  });
});

/** A copy with one part replaced, or with a key renamed to a text. */
function changed(value: unknown, [step, ...steps]: number[], replacement: unknown, isKey: boolean): unknown {
  if (step === undefined || typeof value !== 'object' || value === null) return replacement;
  const entries: [string, unknown][] = Object.entries(value);
  if (entries.length === 0) return replacement;
  const index = step % entries.length;
  const [key, part] = entries[index]!;
  const name = isKey && steps.length === 0 && typeof replacement === 'string' ? replacement : key;
  const inner = name === key ? changed(part, steps, replacement, isKey) : part;
  if (Array.isArray(value)) return (value as unknown[]).with(index, inner);
  // As JSON text has it: __proto__ is a key like others there.
  return Object.fromEntries(entries.with(index, [name, inner]));
}

describe('nothing grows without bound', () => {
  const entry = (rest: string): string => minimal(`prompts: [{ id: a, ${rest} }]`);

  test.each<[string, string, RegExp]>([
    [
      'a matrix of billions',
      entry(`prompt: x, matrix: { ${axes(9)} }`),
      /stands for 1,000,000,000 prompts; a suite may have 100,000/,
    ],
    [
      'a variable that is everywhere',
      entry(`prompt: '${'{{x}}'.repeat(1000)}', vars: { x: ${'y'.repeat(30_000)} }`),
      /a text grows to more than 20 million characters/,
    ],
    [
      'a long system message for many',
      minimal(
        `defaults: { system: ${'y'.repeat(100_000)} }\nprompts: [{ id: a, prompt: x, matrix: { ${axes(4)} } }]`,
      ),
      /here the suite grows to more than 200 MB/,
    ],
    [
      'a text of more than 5 MB',
      `${minimal()}#${'x'.repeat(5_000_000)}`,
      /^suite\.yaml: is larger than 5 MB$/,
    ],
  ])('%s', async (_, text, message) => {
    await expect(loadSuiteText(text, folder.path)).rejects.toThrow(message);
  });

  test('a hundred thousand prompts are allowed', async () => {
    const { prompts } = await loadSuiteText(entry(`prompt: x, matrix: { ${axes(5)} }`), folder.path);
    expect(prompts).toHaveLength(100_000);
  });

  function axes(count: number): string {
    return Array.from({ length: count }, (_, n) => `v${n}: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]`).join(', ');
  }
});

test('nothing of a suite reaches the prototypes of objects', async () => {
  await outcome('{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}');
  await outcome(
    minimal('prompts: [{ id: a, prompt: x, params: { constructor: { prototype: { polluted: 1 } } } }]'),
  );
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});
