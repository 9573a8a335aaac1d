import { stringify } from 'yaml';
import type { CheckKind } from '../check/check.ts';
import { checkKinds } from '../check/checks.ts';
import { cut } from '../base/text.ts';
import type { Path } from './fault.ts';
import { nearest } from './nearest.ts';
import type { Json } from './suite.ts';
import { isMap } from './written.ts';

// Values that people type out of habit or from another tool, and what to type instead.

/** A value as YAML on one line, ready to copy. */
function yaml(value: unknown): string {
  const text = stringify(value, {
    collectionStyle: 'flow',
    lineWidth: 0,
    singleQuote: true,
    defaultStringType: 'PLAIN',
  });
  return cut(text.trimEnd().replaceAll('\n', ' '), 80);
}

/** What to write for a part of the suite that has the wrong type. */
export function adviceAt([section, index, field, entry]: Path, value: unknown): string | undefined {
  const isText = typeof value === 'string';
  if (section === 'prompts' && index === undefined) {
    if (isText) return `write prompts: ${yaml([promptOf(value)])}`;
    return isMap(value) ? 'each prompt is an entry of its own: - { id: a, prompt: … }' : undefined;
  }
  if (section === 'prompts' && field === undefined && isText) return `write ${yaml(promptOf(value))}`;
  if (section === 'models' && index === undefined && isText) return `write models: ${yaml([value])}`;
  if (section === 'thresholds' && field === undefined)
    return 'write { metric: p95(e2e_latency_ms), max: 15000 }';
  const [list, item] = section === 'prompts' ? [field, entry] : [index, field];
  if (item !== undefined) return undefined;
  if (list === 'checks') {
    const check = checkAdvice(value as Json, checkKinds) ?? 'write { type: not-empty }';
    return `write checks: [${check.replace(/^write /, '')}]`;
  }
  if (list === 'answer' && section !== 'models')
    return `write answer: ${yaml([isText || isMap(value) ? value : 'trim'])}`;
  if (list === 'tags' && isText) return `write tags: ${yaml([value])}`;
  if (list === 'messages' && isText) return `write prompt: ${yaml(value)}`;
  return undefined;
}

function promptOf(text: string): { id: string; prompt: string } {
  const [word = 'a'] = /[\p{L}\p{N}]+/u.exec(text.toLowerCase()) ?? [];
  return { id: word, prompt: text };
}

/** Check types by the names that other tools use. */
const otherNames: Readonly<Record<string, { type: string; with?: Json }>> = {
  icontains: { type: 'contains', with: { ignore_case: true } },
  'icontains-any': { type: 'contains-any', with: { ignore_case: true } },
  'icontains-all': { type: 'contains-all', with: { ignore_case: true } },
  includes: { type: 'contains' },
  exact: { type: 'equals' },
  'exact-match': { type: 'equals' },
  startsWith: { type: 'starts-with' },
  regex: { type: 'matches' },
  pattern: { type: 'matches' },
  'is-json': { type: 'json' },
  'contains-json': { type: 'json' },
  jsonSchema: { type: 'json-schema' },
  number: { type: 'numeric' },
  endsWith: { type: 'ends-with' },
  'word-count': { type: 'length', with: { unit: 'words', max: '…' } },
  'tool-call-f1': { type: 'tool-called' },
  'is-valid-openai-tools-call': { type: 'tool-arguments-valid' },
  latency: { type: 'max-latency' },
  tokens: { type: 'max-tokens' },
};

/** How to write a check given by its name alone, by its name as a key, or by another tool's name. */
export function checkAdvice(raw: Json, kinds: readonly CheckKind[]): string | undefined {
  if (typeof raw === 'string') return written(raw, undefined, kinds);
  if (!isMap(raw)) return undefined;
  if (typeof raw['type'] === 'string') {
    const { type, value, pattern } = raw;
    // For a typo there is already an answer: did you mean.
    const isElsewhere = Object.hasOwn(otherNames, type) || type.startsWith('not-');
    const isOurs = kinds.some((kind) => kind.type === type);
    return isElsewhere && !isOurs ? written(type, value ?? pattern, kinds) : undefined;
  }
  const [name, value] = Object.entries(raw).find(([key]) => kindNamed(key, kinds)) ?? [];
  return name === undefined ? undefined : written(name, value, kinds);
}

function written(name: string, value: unknown, kinds: readonly CheckKind[]): string | undefined {
  const known = kindNamed(name, kinds);
  if (!known) return undefined;
  const [field] = Object.keys(known.kind.fields);
  const check = {
    type: known.kind.type,
    ...(field === undefined ? {} : { [field]: value ?? '…' }),
    ...known.with,
  };
  return `write ${yaml(check)}`;
}

function kindNamed(
  name: string,
  kinds: readonly CheckKind[],
): { kind: CheckKind; with: Record<string, Json> } | undefined {
  const [, negated] = /^not-(.+)$/.exec(name) ?? [];
  const exact = kinds.find(({ type }) => type === name);
  if (exact) return { kind: exact, with: {} };
  if (negated !== undefined) {
    const inner = kindNamed(negated, kinds);
    return inner && { ...inner, with: { ...inner.with, not: true } };
  }
  const other = Object.hasOwn(otherNames, name) ? otherNames[name] : undefined;
  const type =
    other?.type ??
    nearest(
      name,
      kinds.map((kind) => kind.type),
    );
  const kind = kinds.find((one) => one.type === type);
  return kind && { kind, with: { ...(other?.with as Record<string, Json> | undefined) } };
}

/** Keys that identify files of other tools. */
const others: readonly { tool: string; all: readonly string[]; any?: readonly string[] }[] = [
  {
    tool: 'a promptfoo config',
    all: [],
    any: ['providers', 'targets', 'defaultTest', 'scenarios', 'redteam'],
  },
  {
    tool: 'a .prompt.yml of GitHub Models',
    all: ['messages'],
    any: ['model', 'testData', 'evaluators', 'modelParameters'],
  },
  { tool: 'a .prompt.yml of GitHub Models', all: ['testData', 'evaluators'] },
  { tool: 'a LiteLLM config', all: ['model_list'] },
  { tool: 'an lm-eval task', all: ['task', 'dataset_path'] },
];

/** The other tool that this file is for, with the key that shows it. Undefined if it may be a suite. */
export function otherTool(data: object): { message: string; key: string } | undefined {
  if ('version' in data || 'models' in data) return undefined;
  for (const { tool, all, any } of others) {
    const telling = any?.find((key) => key in data);
    if (!all.every((key) => key in data) || (any && telling === undefined)) continue;
    const message = `this is another tool's file (${tool}), not a suite; gatebench init suite.yaml writes a suite to start from`;
    return { message, key: telling ?? all[0]! };
  }
  return undefined;
}

/** What a person should do about a complaint of the YAML parser. */
export function yamlAdvice(code: string, line: string, message: string): string {
  const [, start = '', key = '', value = ''] = /^(\s*(?:-\s+)*)([^\s:{}[\],"']+:\s+)?(.*)$/.exec(line) ?? [];
  const quoted =
    start.length + key.length === 0 || value === '' ? '' : `: ${key.replace(/\s+$/, ' ')}${inQuotes(value)}`;
  switch (code) {
    case 'BLOCK_AS_IMPLICIT_KEY':
      return `text with ": " in it must be in quotes${quoted}`;
    case 'BLOCK_IN_FLOW':
      return 'text with ": " in it must be in quotes';
    case 'BAD_SCALAR_START':
      return `text that begins with ${JSON.stringify(value.charAt(0))} must be in quotes${quoted}`;
    case 'UNEXPECTED_TOKEN':
      if (/^["']/.test(value))
        return `the text continues after its closing quote; put all of it in quotes${quoted}`;
      return /^[[{*]/.test(value)
        ? `text that begins with ${JSON.stringify(value.charAt(0))} must be in quotes${quoted}`
        : message;
    case 'TAG_RESOLVE_FAILED':
      return /^!\w/.test(value) ? `text that begins with "!" must be in quotes${quoted}` : message;
    case 'TAB_AS_INDENT':
      return `${message}; indent with spaces`;
    case 'MULTILINE_IMPLICIT_KEY':
      return /^\s*(?:-\s+)*[\w-]+:\S/.test(line)
        ? 'a key needs a space after its colon, such as id: a'
        : message;
    default:
      return message;
  }
}

/** In single quotes, which allow everything. Existing quotes are not doubled. */
function inQuotes(text: string): string {
  const inner = text.trimEnd().replace(/^(["'])(.*)\1$/, '$2');
  return `'${cut(inner, 100).replaceAll("'", "''")}'`;
}
