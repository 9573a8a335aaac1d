import { parse } from 'yaml';
import { faultsError } from '../../../suite/fault.ts';
import { csvRows } from '../../../suite/read/rows.ts';
import type { Json } from '../../../suite/suite.ts';
import { isMap, spell } from '../../../suite/written.ts';
import { declaredTools } from '../../../check/tool-calls.ts';
import { assertion } from './promptfoo-assertions.ts';
import {
  beyondNames,
  type Check,
  Criteria,
  idOf,
  type Imported,
  type ImportedPrompt,
  type LeftOut,
  listOf,
  mapOf,
  type Fields,
  namesIn,
  soundChecks,
  spelled,
  textOf,
} from './imported.ts';

/** Reads a file next to the config. Undefined if there is none, or it is outside the folder. */
export type ReadBeside = (name: string) => Promise<string | undefined>;

/** A prompt of the config: text, or a conversation. */
interface Said {
  id: string | undefined;
  prompt?: string;
  messages?: Fields[];
}

/** Keys of a config that mean nothing here, or are the job of another tool. */
const notOurs = [
  'scenarios',
  'redteam',
  'extensions',
  'nunjucksFilters',
  'derivedMetrics',
  'transform',
] as const;

/** The static part of a promptfoo config: prompts, variables, and checks without code. */
export async function fromPromptfoo(data: Fields, read: ReadBeside, leftOut: LeftOut): Promise<Imported> {
  const criteria = new Criteria();
  for (const key of notOurs) if (data[key] !== undefined) leftOut.add(key);
  const said = (await Promise.all(listOf(data['prompts']).map((one) => saidBy(one, read, leftOut)))).flat();
  const defaults = mapOf(data['defaultTest']);
  const tests = await testsOf(data['tests'], read, leftOut);
  if (said.length > 1)
    leftOut.add('several prompts become prompts with a tag each; to compare them as arms, write variants');
  const providers = listOf(data['providers'] ?? data['targets']);
  const params = paramsOf(providers, leftOut);
  const tools = declaredTools(params['tools']).map(({ name }) => name);
  const prompts: ImportedPrompt[] = [];
  const taken = new Set<string>();
  for (const one of said)
    for (const [index, test] of (tests.length === 0 ? [{} as Fields] : tests).entries()) {
      const fallback = said.length > 1 ? `${one.id ?? 'prompt'}-test${index + 1}` : `test${index + 1}`;
      const id = idOf(textOf(test['description']), fallback, taken);
      const prompt = promptOf(one, test, defaults, { id, criteria, tools, leftOut });
      if (!prompt) continue;
      taken.add(id);
      prompts.push(said.length > 1 && one.id !== undefined ? { ...prompt, tags: [one.id] } : prompt);
    }
  return {
    ...(textOf(data['description']) === undefined ? {} : { description: textOf(data['description'])! }),
    params,
    prompts,
    criteria: criteria.list,
    models: providers.map((provider) =>
      typeof provider === 'string' ? provider : spelled(mapOf(provider)['id'] ?? 'a provider'),
    ),
  };
}

async function saidBy(written: Json, read: ReadBeside, leftOut: LeftOut): Promise<Said[]> {
  const raw = typeof written === 'string' ? written : textOf(mapOf(written)['raw'] ?? mapOf(written)['id']);
  const label = typeof written === 'string' ? undefined : textOf(mapOf(written)['label']);
  if (raw === undefined) {
    leftOut.add('a prompt that is not text');
    return [];
  }
  const isFile = /^file:\/\//.test(raw) || /^[\w./-]+\.(?:txt|md|json|ya?ml|py|js|ts)$/.test(raw);
  if (!isFile) return [spoken(raw, label)];
  const name = raw.replace(/^file:\/\//, '');
  if (/\.(?:py|[cm]?js|ts)(?::\w+)?$/.test(name)) {
    leftOut.add('prompts made by a program', name);
    return [];
  }
  const text = await read(name);
  if (text === undefined) {
    leftOut.add('prompts in a file that does not exist, or is outside the folder', name);
    return [];
  }
  const parts = name.endsWith('.txt') ? text.split(/^---\s*$/m) : [text];
  return parts
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part, index) => spoken(part, label ?? (parts.length > 1 ? `prompt${index + 1}` : undefined)));
}

/** Text, or a chat written as JSON. */
function spoken(text: string, label: string | undefined): Said {
  const id = label === undefined ? undefined : idOf(label, 'prompt', new Set());
  try {
    const parsed: unknown = JSON.parse(text);
    if (Array.isArray(parsed) && parsed.every((one) => isMap(one) && typeof one['role'] === 'string'))
      return { id, messages: parsed as Fields[] };
  } catch {
    // Then it is plain text.
  }
  return { id, prompt: text };
}

async function testsOf(written: unknown, read: ReadBeside, leftOut: LeftOut): Promise<Fields[]> {
  const tests = await Promise.all(
    listOf(written).map(async (one): Promise<Fields[]> => {
      if (typeof one !== 'string') return [mapOf(one)];
      const name = one.replace(/^file:\/\//, '');
      const text = /\.(?:csv|ya?ml|json)$/.test(name) ? await read(name) : undefined;
      if (text !== undefined)
        return /\.csv$/.test(name) ? csvTests(name, text) : listOf(parse(text)).map(mapOf);
      leftOut.add('tests in a file that does not exist, or is made by a program', name);
      return [];
    }),
  );
  return tests.flat();
}

/** Each row is a test: `__expected` and `__expected1` … hold assertions, the other columns are variables. */
function csvTests(name: string, text: string): Fields[] {
  const { rows, faults } = csvRows({ name, text }, Infinity);
  if (faults.length > 0) throw faultsError(faults);
  return rows.map(({ values }) => {
    const cells = [...values].map(([column, value]) => [column, spell(value)] as const);
    const expected = cells.filter(([column, value]) => /^__expected\d*$/.test(column) && value !== '');
    const vars = cells.filter(([column]) => !column.startsWith('__'));
    return { vars: Object.fromEntries(vars), assert: expected.map(([, value]) => shortAssertion(value)) };
  });
}

/** `icontains: type O` in a cell of a spreadsheet. A text without a type is the whole answer. */
function shortAssertion(text: string): Fields {
  const [, type, value] = /^((?:not-)?[a-z]+(?:-[a-z]+)*)(?:\([^)]*\))?:\s*(.*)$/s.exec(text) ?? [];
  if (type !== undefined) return { type, value: value! };
  return /^(?:not-)?(?:is|contains)-json$/.test(text) ? { type: text } : { type: 'equals', value: text };
}

interface Place {
  id: string;
  /** Tools that the requests offer. */
  tools: readonly string[];
  criteria: Criteria;
  leftOut: LeftOut;
}

function promptOf(said: Said, test: Fields, defaults: Fields, place: Place): ImportedPrompt | undefined {
  const { id, criteria, tools, leftOut } = place;
  const text = said.prompt ?? said.messages;
  if (beyondNames(text)) {
    leftOut.add('prompts with template code beyond {{name}}', id);
    return undefined;
  }
  const vars: Fields = {};
  const matrix: Record<string, Json[]> = {};
  for (const [name, value] of Object.entries({ ...mapOf(defaults['vars']), ...mapOf(test['vars']) })) {
    if (typeof value === 'string' && /^file:\/\//.test(value))
      leftOut.add(`vars from a file`, `${id}: ${value}`);
    else if (Array.isArray(value) && value.every((one) => typeof one !== 'object')) matrix[name] = value;
    else vars[name] = value;
  }
  const asserts = [...listOf(defaults['assert']), ...listOf(test['assert'])].map(mapOf);
  const made = asserts.map((one) => assertion(one, id, criteria, leftOut));
  const sound = soundChecks(
    made.flatMap((one) => one.checks),
    id,
    leftOut,
  );
  const checks = sound.filter((check) => isOffered(check, tools, id, leftOut));
  const asked = [...new Set(made.flatMap((one) => one.criteria))];
  const questions = criteria.list.filter((one) => asked.includes(one.id));
  for (const name of namesIn([text, checks, questions]))
    if (vars[name] === undefined && matrix[name] === undefined) {
      leftOut.add(`{{${name}}} has no value and is empty, as there`, id);
      vars[name] = '';
    }
  for (const key of ['options', 'transform', 'threshold'])
    if (test[key] !== undefined || defaults[key] !== undefined) leftOut.add(`${key} of a test`, id);
  return {
    id,
    ...(said.prompt === undefined ? { messages: said.messages! } : { prompt: said.prompt }),
    ...(Object.keys(vars).length > 0 ? { vars } : {}),
    ...(Object.keys(matrix).length > 0 ? { matrix } : {}),
    ...(checks.length > 0 ? { checks } : {}),
    ...(asked.length > 0 ? { criteria: asked } : {}),
  };
}

/** A check for a tool that is not offered would fail every answer. */
function isOffered(check: Check, tools: readonly string[], where: string, leftOut: LeftOut): boolean {
  const isOfTools = check.type === 'tool-called' || check.type === 'tool-arguments-valid';
  if (
    !isOfTools ||
    (tools.length > 0 && (check['tool'] === undefined || tools.includes(spelled(check['tool']))))
  )
    return true;
  leftOut.add(`${check.type}: config.tools of the first provider does not offer the tool`, where);
  return false;
}

const taken = [
  'temperature',
  'max_tokens',
  'top_p',
  'seed',
  'stop',
  'tools',
  'tool_choice',
  'response_format',
] as const;

/** From the first provider: request params with the same name here. */
function paramsOf(providers: readonly Json[], leftOut: LeftOut): Fields {
  const configs = providers.map((provider) => mapOf(mapOf(provider)['config']));
  const [first = {}, ...others] = configs;
  if (
    others.some((config) =>
      taken.some((name) => JSON.stringify(config[name]) !== JSON.stringify(first[name])),
    )
  )
    leftOut.add('config of the providers behind the first, where it differs: write params at the models');
  const params: Fields = Object.fromEntries(
    taken.flatMap((name) => (first[name] === undefined ? [] : [[name, first[name]]])),
  );
  for (const name of Object.keys(first).filter((name) => !(taken as readonly string[]).includes(name)))
    leftOut.add(`config.${name} of a provider`);
  const isFile = (value: Json | undefined): boolean =>
    typeof value === 'string' && value.startsWith('file://');
  for (const [name, value] of Object.entries(params))
    if (isFile(value)) leftOut.add(`config.${name} from a file`, spelled(value));
  return Object.fromEntries(Object.entries(params).filter(([, value]) => !isFile(value)));
}
