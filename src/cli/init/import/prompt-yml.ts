import {
  Criteria,
  idOf,
  type Check,
  type Imported,
  type LeftOut,
  listOf,
  mapOf,
  type Fields,
  soundChecks,
  spelled,
  textOf,
} from './imported.ts';
import { beyondNames, namesIn } from './imported.ts';

/** `modelParameters` with our names. */
const parameters: Readonly<Record<string, string>> = {
  temperature: 'temperature',
  topP: 'top_p',
  maxTokens: 'max_tokens',
  maxCompletionTokens: 'max_tokens',
  seed: 'seed',
  stop: 'stop',
  presencePenalty: 'presence_penalty',
  frequencyPenalty: 'frequency_penalty',
};

/** `string:` evaluators, which ignore case except for `equals`. */
const stringChecks: Readonly<Record<string, (value: string) => Check>> = {
  equals: (value) => ({ type: 'equals', value, trim: false }),
  contains: (value) => ({ type: 'contains', value, ignore_case: true }),
  startsWith: (value) => ({ type: 'starts-with', value, ignore_case: true }),
  endsWith: (value) => ({ type: 'ends-with', value, ignore_case: true }),
};

/** Built-in evaluators of GitHub, in our own words. */
const builtIn: Readonly<Record<string, { ask: string; reference?: string }>> = {
  'github/similarity': { ask: 'Does the answer mean the same as the reference?', reference: '{{expected}}' },
  'github/relevance': { ask: 'Does the answer speak to what was asked?' },
  'github/groundedness': { ask: 'Does the answer say only what the conversation gives it to know?' },
  'github/coherence': { ask: 'Is the answer easy to follow, with one thought leading to the next?' },
  'github/fluency': { ask: 'Is the answer written in correct and natural language?' },
};

/** A `.prompt.yml` of GitHub Models: everything except the names of models. */
export function fromPromptYml(data: Fields, leftOut: LeftOut): Imported {
  const criteria = new Criteria();
  const messages = listOf(data['messages']).map(mapOf);
  const rows = listOf(data['testData']).map(mapOf);
  const evaluators = listOf(data['evaluators']).map(mapOf);
  const taken = new Set<string>();
  if (rows.length === 0) leftOut.add('there is no testData: the messages are one prompt');
  if (beyondNames(messages)) leftOut.add('messages have braces other than {{name}}: they are sent unchanged');
  const names = [...new Set(namesIn([messages, evaluators]))].filter((name) => name !== 'completion');
  const prompts = (rows.length === 0 ? [{} as Fields] : rows).map((row, index) => {
    const id = idOf(undefined, rows.length === 0 ? 'prompt' : `row${index + 1}`, taken);
    taken.add(id);
    const vars: Fields = { ...row };
    for (const name of names)
      if (vars[name] === undefined) {
        leftOut.add(`{{${name}}} has no value and is empty`, id);
        vars[name] = '';
      }
    const made = evaluators.map((evaluator) => evaluated(evaluator, id, criteria, leftOut));
    const checks = soundChecks(
      made.flatMap(({ check }) => check ?? []),
      id,
      leftOut,
    );
    const asked = made.flatMap(({ criterion }) => criterion ?? []);
    return {
      id,
      messages,
      ...(Object.keys(vars).length > 0 ? { vars } : {}),
      ...(checks.length > 0 ? { checks } : {}),
      ...(asked.length > 0 ? { criteria: asked } : {}),
    };
  });
  const name = textOf(data['name']);
  const description = [name, textOf(data['description'])].filter((part) => part !== undefined).join(': ');
  return {
    ...(description === '' ? {} : { description }),
    params: paramsOf(data, leftOut),
    prompts,
    criteria: criteria.list,
    models: listOf(data['model']).map(spelled),
  };
}

function paramsOf(data: Fields, leftOut: LeftOut): Fields {
  const params: Fields = {};
  for (const [name, value] of Object.entries(mapOf(data['modelParameters']))) {
    const ours = parameters[name];
    if (ours === undefined) leftOut.add(`modelParameters.${name}`);
    else params[ours] = value;
  }
  const format = textOf(data['responseFormat']);
  if (format === 'json_object') params['response_format'] = { type: 'json_object' };
  else if (format === 'json_schema') {
    const schema = jsonOf(data['jsonSchema']);
    if (schema === undefined) leftOut.add('responseFormat: json_schema, because jsonSchema is not JSON');
    else params['response_format'] = { type: 'json_schema', json_schema: schema };
  } else if (format !== undefined && format !== 'text') leftOut.add(`responseFormat: ${format}`);
  return params;
}

function jsonOf(value: unknown): Fields | undefined {
  if (typeof value !== 'string') return value === undefined ? undefined : mapOf(value);
  try {
    return mapOf(JSON.parse(value));
  } catch {
    return undefined;
  }
}

function evaluated(
  evaluator: Fields,
  where: string,
  criteria: Criteria,
  leftOut: LeftOut,
): { check?: Check[]; criterion?: string } {
  const name = textOf(evaluator['name']) ?? 'evaluator';
  if (evaluator['string'] !== undefined) {
    const check = Object.entries(mapOf(evaluator['string'])).flatMap(([kind, value]) => {
      const make = stringChecks[kind];
      if (make) return [make(spelled(value))];
      leftOut.add(`evaluator ${name}: string.${kind}`, where);
      return [];
    });
    return { check };
  }
  const uses = textOf(evaluator['uses']);
  const known = uses === undefined ? undefined : builtIn[uses];
  if (known) {
    leftOut.add(
      `evaluator ${name}: ${uses!} is asked in our own words, and its score becomes yes or no`,
      where,
    );
    return { criterion: criteria.idOf(known) };
  }
  if (evaluator['llm'] !== undefined) return graded(mapOf(evaluator['llm']), name, where, criteria, leftOut);
  leftOut.add(`evaluator ${name}: ${uses ?? 'of an unknown kind'}`, where);
  return {};
}

const word = /^[A-Za-z][A-Za-z0-9_-]{0,29}$/;

function graded(
  llm: Fields,
  name: string,
  where: string,
  criteria: Criteria,
  leftOut: LeftOut,
): { criterion?: string } {
  const ask = textOf(llm['prompt'])?.replace(/\{\{[ \t]*completion[ \t]*\}\}/g, '(the answer)');
  const choices = listOf(llm['choices']).map(mapOf);
  const words = choices.map(({ choice, score }) => [spelled(choice), Number(score)] as const);
  if (ask === undefined || beyondNames(ask)) {
    leftOut.add(`evaluator ${name}: its prompt cannot be read`, where);
    return {};
  }
  if (
    words.length > 5 ||
    words.some(([choice, score]) => !word.test(choice) || !(score >= 0 && score <= 1))
  ) {
    leftOut.add(
      `evaluator ${name}: verdicts are two to five words with a score from 0 to 1, and its choices are not`,
      where,
    );
    return {};
  }
  leftOut.add(
    `evaluator ${name}: its question is kept, its model and system prompt are not; judges have their own`,
    where,
  );
  return {
    criterion: criteria.idOf({ ask, ...(words.length > 1 ? { verdicts: Object.fromEntries(words) } : {}) }),
  };
}
