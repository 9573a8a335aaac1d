import type { Json } from '../../../suite/suite.ts';
import {
  type Check,
  type Criteria,
  type LeftOut,
  listOf,
  mapOf,
  type Fields,
  spelled,
  textOf,
  beyondNames,
} from './imported.ts';

type Make = (value: Json | undefined, assert: Fields) => Check[];

const texts = (value: Json | undefined): string[] =>
  (typeof value === 'string'
    ? value.split(',').map((part) => part.trim())
    : listOf(value).map(spelled)
  ).filter((part) => part !== '');

const folded =
  (make: Make): Make =>
  (value, assert) =>
    make(value, assert).map((check) => ({ ...check, ignore_case: true }));

const one =
  (type: string): Make =>
  (value) => [{ type, value: spelled(value) }];
const several =
  (type: string): Make =>
  (value) => [{ type, values: texts(value) }];

function json(fence: boolean): Make {
  return (value) =>
    value === undefined || value === null
      ? [{ type: 'json', fence }]
      : [
          {
            type: 'json-schema',
            schema: typeof value === 'string' ? (JSON.parse(value) as Json) : value,
            fence,
          },
        ];
}

/** Assertions without code, by promptfoo's names. To add one: add its line. */
const kinds: Readonly<Record<string, Make>> = {
  equals: (value) =>
    typeof value === 'object' && value !== null
      ? [{ type: 'json-path', path: '$', equals: value }]
      : [{ type: 'equals', value: spelled(value), trim: false }],
  contains: one('contains'),
  icontains: folded(one('contains')),
  'contains-any': several('contains-any'),
  'contains-all': several('contains-all'),
  'icontains-any': folded(several('contains-any')),
  'icontains-all': folded(several('contains-all')),
  'starts-with': one('starts-with'),
  regex: (value) => [{ type: 'matches', pattern: spelled(value) }],
  'is-json': json(false),
  'contains-json': json(true),
  latency: (_value, assert) => [{ type: 'max-latency', value: assert['threshold'] ?? null }],
  'is-valid-openai-tools-call': () => [{ type: 'tool-arguments-valid' }],
  'is-valid-function-call': () => [{ type: 'tool-arguments-valid' }],
  'tool-call-f1': (value) => texts(value).map((tool) => ({ type: 'tool-called', tool, among: true })),
  'word-count': (value) => {
    const { min, max } = typeof value === 'object' ? mapOf(value) : { min: value, max: value };
    return [
      {
        type: 'length',
        unit: 'words',
        ...(min == null ? {} : { min: Number(min) }),
        ...(max == null ? {} : { max: Number(max) }),
      },
    ];
  },
  javascript: (value) => scripted(spelled(value)),
};

/** Common small scripts, recognized by their form. */
function scripted(code: string): Check[] {
  const script = code
    .trim()
    .replace(/^return\s+/, '')
    .replace(/;$/, '');
  const sized =
    /^output(?:\.trim\(\))?(\.split\(\/\\s\+\/\)|\.split\(' '\)|\.split\('\\n'\))?\.length\s*(<=|<|>=|>)\s*(\d+)$/.exec(
      script,
    );
  if (sized) {
    const [, split, compare, number] = sized;
    const bound = Number(number) + (compare === '<' ? -1 : compare === '>' ? 1 : 0);
    const unit = split === undefined ? 'characters' : split.includes('\\n') ? 'lines' : 'words';
    return [{ type: 'length', unit, [compare!.startsWith('<') ? 'max' : 'min']: bound }];
  }
  const included = /^(!?)output(\.toLowerCase\(\))?\.includes\((['"])([^'"\\]+)\3\)$/.exec(script);
  if (!included) return [];
  const [, negated, lower, , value] = included;
  return [
    {
      type: 'contains',
      value: value!,
      ...(lower ? { ignore_case: true } : {}),
      ...(negated ? { not: true } : {}),
    },
  ];
}

const graded = [
  'llm-rubric',
  'model-graded-closedqa',
  'factuality',
  'model-graded-factuality',
  'g-eval',
  'answer-relevance',
];

/** The checks and criteria from an assertion. What cannot be converted is noted. */
export function assertion(
  assert: Fields,
  where: string,
  criteria: Criteria,
  leftOut: LeftOut,
): { checks: Check[]; criteria: string[] } {
  const none = { checks: [], criteria: [] };
  const written = textOf(assert['type']) ?? '';
  const isNegated = written.startsWith('not-');
  const type = isNegated ? written.slice(4) : written;
  const { value, weight } = assert;
  if (assert['transform'] !== undefined) {
    leftOut.add(`${written} with a transform (code)`, where);
    return none;
  }
  if (graded.includes(type)) return asked(type, assert, isNegated, where, criteria, leftOut);
  const make = Object.hasOwn(kinds, type) ? kinds[type] : undefined;
  const isFile = typeof value === 'string' && value.startsWith('file://');
  if (!make || isFile || beyondNames(value)) {
    leftOut.add(
      written === '' ? 'an assertion without a type' : `${written}${isFile ? ' from a file' : ''}`,
      where,
    );
    return none;
  }
  const checks = made(make, assert);
  if (checks.length === 0)
    leftOut.add(
      type === 'javascript' ? 'javascript: code is not run; see the checks' : `${written} without a value`,
      where,
    );
  if (type === 'tool-call-f1') leftOut.add('tool-call-f1: its F1 becomes one check for each tool', where);
  if (assert['threshold'] !== undefined && type !== 'latency') leftOut.add(`threshold of ${written}`, where);
  return {
    checks: checks.map((check) => ({
      ...check,
      // A negated script is negated again.
      ...(isNegated ? { not: check['not'] !== true } : {}),
      ...(typeof weight === 'number' ? { weight } : {}),
    })),
    criteria: [],
  };
}

function made(make: Make, assert: Fields): Check[] {
  try {
    return make(assert['value'], assert);
  } catch {
    return [];
  }
}

function asked(
  type: string,
  { value, threshold }: Fields,
  isNegated: boolean,
  where: string,
  criteria: Criteria,
  leftOut: LeftOut,
): { checks: Check[]; criteria: string[] } {
  const rubric = listOf(value).map(spelled).join('\n');
  if (rubric === '' || rubric.startsWith('file://') || beyondNames(rubric) || isNegated) {
    leftOut.add(
      `${isNegated ? 'not-' : ''}${type}${rubric.startsWith('file://') ? ' from a file' : ''}`,
      where,
    );
    return { checks: [], criteria: [] };
  }
  if (threshold !== undefined)
    leftOut.add(`threshold of ${type}: a criterion is answered by yes or no`, where);
  const criterion = type.includes('factuality')
    ? { ask: 'Does the answer agree with the reference, and say nothing against it?', reference: rubric }
    : { ask: rubric };
  return { checks: [], criteria: [criteria.idOf(criterion)] };
}
