import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parse } from 'yaml';
import { anyText } from '../../base/testing/any-text.ts';
import { property, type Property } from '../../base/testing/property.ts';
import { UserError } from '../../base/user-error.ts';
import { loadSuiteText } from '../load.ts';
import type { Suite } from '../suite.ts';

/** Files that the suite names. */
export const filesBeside = {
  'p.md': 'Hi {{lang}}',
  'd.csv': 'id,text\n1,a\n2,b\n',
  'd.jsonl': '{"id":1,"text":"x"}',
};

/** Everything that a suite can hold, to be broken in every way. */
export const complete = `
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
  retry: { max: 2, backoff_ms: [1, 2], max_wait_ms: 3, outage_ms: 4 }
  budget: { requests: 1, tokens: 2, usd: 3, minutes: 4 }
  answers: full
  max_error_rate: 0.05
  stop: { when: ci_half_width, metric: ttft_ms, ratio: 0.1, max_repeat: 9 }
thresholds: [{ metric: p95(ttft_ms), max: 1 }, { metric: rate(passed), model: two, min: 0.5 }]
gate: { window: 14, metrics: { ttft_ms: { max_ratio: 2 }, passed: { max_drop: 0.1 } }, confirm: 2 }
`;

/** A suite, or faults that each have a place in the text. Anything else fails the test. */
export async function outcome(text: string, folder: string): Promise<Suite | string[]> {
  try {
    return await loadSuiteText(text, folder, 'suite.yaml');
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const faults = error.message.split('\n').filter((line) => !/^ *\d+ \| |^ +\| /.test(line));
    for (const fault of faults) assertPlace(fault, text);
    assert.notEqual(faults.length, 0);
    return faults;
  }
}

function assertPlace(fault: string, text: string): void {
  const place = /^(suite\.yaml|p\.md|d\.csv|d\.jsonl):(\d+):(\d+): \S/.exec(fault);
  if (!place) {
    assert.match(fault, /^… and [\d,]+ more faults?$/);
    return;
  }
  assert.doesNotMatch(fault, /\p{Cc}/u);
  if (place[1] !== 'suite.yaml') return;
  const line = text
    .replace(/^\ufeff/, '')
    .replaceAll('\r\n', '\n')
    .split('\n')[Number(place[2]) - 1];
  assert(line !== undefined, fault);
  assert(Number(place[3]) <= line.length + 1, fault);
}

/** What must hold for the reader of suites. `folder` contains the files. */
export function suiteProperties(folder: () => string): Property[] {
  // A returned value would be taken for a verdict.
  const holds = async (text: string): Promise<void> => {
    await outcome(text, folder());
  };
  return [
    property('any text', 300, fc.asyncProperty(anyText(), holds)),
    property(
      'any text of the characters that mean something in YAML',
      1000,
      fc.asyncProperty(fc.array(token, { maxLength: 30 }), (tokens) => holds(tokens.join(''))),
    ),
    property(
      'a whole suite with a piece cut out, doubled or put elsewhere',
      100,
      fc.asyncProperty(at, fc.nat(40), at, fc.boolean(), (from, length, to, isCut) => {
        const piece = complete.slice(from, from + length);
        const rest = isCut ? complete.slice(0, from) + complete.slice(from + length) : complete;
        return holds(rest.slice(0, to) + piece + rest.slice(to));
      }),
    ),
    property(
      'a whole suite with any value anywhere',
      150,
      fc.asyncProperty(
        fc.array(fc.nat(60), { maxLength: 5 }),
        value,
        fc.boolean(),
        (steps, replacement, isKey) => holds(JSON.stringify(changed(whole, steps, replacement, isKey))),
      ),
    ),
  ];
}

const at = fc.nat(complete.length);
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
const whole = parse(complete) as unknown;
const value = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  anyText({ maxLength: 10 }),
  fc.constantFrom('{{x}}', '{{text}}', '__proto__', 'constructor', -1, 0, 1e308, 0.5, '', [], {}, null, true),
);

/** A copy with one part replaced, or with one key renamed to a text. */
function changed(value: unknown, [step, ...steps]: number[], replacement: unknown, isKey: boolean): unknown {
  if (step === undefined || typeof value !== 'object' || value === null) return replacement;
  const entries: [string, unknown][] = Object.entries(value);
  if (entries.length === 0) return replacement;
  const index = step % entries.length;
  const [key, part] = entries[index]!;
  const name = isKey && steps.length === 0 && typeof replacement === 'string' ? replacement : key;
  const inner = name === key ? changed(part, steps, replacement, isKey) : part;
  if (Array.isArray(value)) return (value as unknown[]).with(index, inner);
  // As in JSON text: __proto__ is an ordinary key there.
  return Object.fromEntries(entries.with(index, [name, inner]));
}
