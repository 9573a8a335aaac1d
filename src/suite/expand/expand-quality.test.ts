import { describe, expect, test } from 'vitest';
import { askHash, suiteHash } from '../hash.ts';
import { faultsOf, load, minimal } from '../testing/temp-suite.ts';

const two = (rest: string): string =>
  `version: 1\nname: small\nmodels: [custom-ollama/one, custom-ollama/two]\n${rest}\n`;

const whole = two(`
defaults: { criteria: [correct] }
prompts:
  - { id: a, prompt: Hello, vars: { expected: 14 days }, criteria: [better, correct] }
  - { id: b, prompt: Hello, dataset: { file: rows.csv } }
quality:
  judges:
    - model: custom-ollama/gemma4
    - { id: other, model: custom-ollama/phi, route: local, params: { temperature: 0 }, concurrency: 2, price: { input: 0.1, output: 0.4 } }
  criteria:
    - { id: correct, ask: 'Does it say {{expected}}?', reference: '{{expected}}' }
    - { id: better, prefer: 'Which is better?', against: two }
  budget: { usd: 1, requests: 30 }
  need:
    limits: [{ metric: rate(correct), min: 0.8 }, { metric: geomean(e2e_latency_ms), max: 4000 }, { metric: rate(passed), min: 0.9 }]
    then: best(correct)`);
const files = { 'rows.csv': 'id,expected\nx,ten\ny,eleven\n' };

test('judges, criteria and the need are read, and each prompt asks in its own words', async () => {
  const { quality, prompts } = await load(whole, files);
  expect(quality).toEqual({
    judges: [
      { id: 'gemma4', model: 'custom-ollama/gemma4', params: {}, reply: 'line', concurrency: 1 },
      {
        ...{
          id: 'other',
          model: 'custom-ollama/phi',
          route: 'local',
          params: { temperature: 0 },
          reply: 'line',
          concurrency: 2,
        },
        price: { input: 0.1, output: 0.4 },
      },
    ],
    criteria: [
      {
        ...{ id: 'correct', kind: 'ask', question: 'Does it say {{expected}}?', reference: '{{expected}}' },
        ...{ verdicts: { yes: 1, no: 0 }, show: ['conversation', 'answer'] },
      },
      {
        ...{ id: 'better', kind: 'prefer', question: 'Which is better?', verdicts: {}, against: 'two' },
        show: ['conversation', 'answer'],
      },
    ],
    budget: { usd: 1, requests: 30 },
    need: {
      limits: [
        { metric: 'rate(correct)', criterion: 'correct', min: 0.8 },
        { metric: 'geomean(e2e_latency_ms)', statistic: 'geomean', column: 'e2e_latency_ms', max: 4000 },
        { metric: 'rate(passed)', statistic: 'rate', column: 'passed', min: 0.9 },
      ],
      then: { by: 'best', of: 'correct' },
    },
  });
  const correct = (word: string): object => ({
    id: 'correct',
    question: `Does it say ${word}?`,
    reference: word,
  });
  expect(prompts.map(({ id, criteria }) => [id, criteria])).toEqual([
    ['a', [correct('14 days'), { id: 'better', question: 'Which is better?' }]],
    ['b[x]', [correct('ten')]],
    ['b[y]', [correct('eleven')]],
  ]);
});

test('what is asked of the models is not what is asked about them', async () => {
  const plain = await load(minimal());
  const judged = await load(
    minimal(
      'prompts: [{ id: a, prompt: Hello, criteria: [c] }]\nquality: { judges: [{ model: custom-ollama/j }], criteria: [{ id: c, ask: Is it right? }] }',
    ),
  );
  expect(askHash(judged)).toBe(askHash(plain));
  expect(suiteHash(judged)).not.toBe(suiteHash(plain));
  const richer = { ...judged, quality: { ...judged.quality!, budget: { usd: 5 } } };
  expect(suiteHash(richer)).toBe(suiteHash(judged));
});

const prompts = 'prompts: [{ id: a, prompt: Hello, criteria: [c] }]';
const judges = 'judges: [{ model: custom-ollama/j }]';
const criterion = '{ id: c, ask: Right? }';

describe('a fault is reported with its place', () => {
  test.each([
    [
      'an unknown criterion',
      `prompts: [{ id: a, prompt: Hello, criteria: [d] }]\ndefaults: { criteria: [c] }\nquality: { criteria: [${criterion}] }`,
      'suite.yaml:4:46: prompts.0.criteria.0: unknown criterion "d"; did you mean "c"?',
    ],
    [
      'a criterion without any',
      prompts,
      'suite.yaml:4:46: prompts.0.criteria.0: unknown criterion "c": the suite has no quality.criteria',
    ],
    [
      'one that no prompt has',
      `prompts: [{ id: a, prompt: Hello }]\nquality: { criteria: [${criterion}] }`,
      'suite.yaml:5:29: quality.criteria.0.id: no prompt has the criterion "c": name it in defaults.criteria or in a prompt\'s criteria',
    ],
    [
      'two of one name',
      `${prompts}\nquality: { criteria: [${criterion}, ${criterion}] }`,
      'suite.yaml:5:47: quality.criteria.1: there is another criterion "c"; give one of them an id of its own',
    ],
    [
      'two judges of one name',
      `${prompts}\nquality: { judges: [{ model: custom-ollama/j }, { model: custom-other/j }], criteria: [${criterion}] }`,
      'suite.yaml:5:49: quality.judges.1: there is another judge "j"; give one of them an id of its own',
    ],
    [
      'an unknown route',
      `${prompts}\nquality: { judges: [{ model: custom-ollama/j, route: compatt }], criteria: [${criterion}] }`,
      'suite.yaml:5:54: quality.judges.0.route: unknown route "compatt"; did you mean "compat"?',
    ],
    [
      'no question',
      `${prompts}\nquality: { criteria: [{ id: c }] }`,
      'suite.yaml:5:23: quality.criteria.0: needs "ask", a question about one answer, or "prefer", one about two',
    ],
    [
      'two questions',
      two(`${prompts}\nquality: { criteria: [{ id: c, ask: A?, prefer: B? }] }`),
      'suite.yaml:5:49: quality.criteria.0.prefer: give either "ask" or "prefer", not both',
    ],
    [
      'a preference with one model',
      `${prompts}\nquality: { criteria: [{ id: c, prefer: B? }] }`,
      'suite.yaml:5:40: quality.criteria.0.prefer: compares models, and the suite has one',
    ],
    [
      'six verdicts',
      `${prompts}\nquality: { criteria: [{ id: c, ask: A?, verdicts: { a: 0, b: 0, d: 0, e: 0, f: 0, g: 1 } }] }`,
      'suite.yaml:5:51: quality.criteria.0.verdicts: needs two to 5 words',
    ],
    [
      'a verdict of two words',
      `${prompts}\nquality: { criteria: [{ id: c, ask: A?, verdicts: { very good: 1, bad: 0 } }] }`,
      'suite.yaml:5:53: quality.criteria.0.verdicts.very good: a verdict is one word of letters, digits, "_" and "-"',
    ],
    [
      'verdicts of a preference',
      two(`${prompts}\nquality: { criteria: [{ id: c, prefer: B?, verdicts: { a: 0, b: 1 } }] }`),
      'suite.yaml:5:54: quality.criteria.0.verdicts: belongs to "ask"; of two answers, one is preferred or neither',
    ],
    [
      'an unknown rival',
      two(`${prompts}\nquality: { criteria: [{ id: c, prefer: B?, against: twoo }] }`),
      'suite.yaml:5:53: quality.criteria.0.against: unknown model "twoo"; did you mean "two"?',
    ],
    [
      'a variable that a prompt has not',
      `prompts: [{ id: a, prompt: Hello, criteria: [c] }]\nquality: { criteria: [{ id: c, ask: 'Is it {{word}}?' }] }`,
      'suite.yaml:4:17: prompts.0.id: criterion "c": unknown variable "word"; this prompt has no variables; template: none keeps all braces as they are',
    ],
    [
      'answers that are not kept',
      `${prompts}\nquality: { ${judges}, criteria: [${criterion}] }\nrun: { answers: preview }`,
      'suite.yaml:6:17: run.answers: judges and people read stored answers: "preview" keeps too little of them; write full',
    ],
    [
      'a need of an unknown criterion',
      `${prompts}\nquality: { criteria: [${criterion}], need: { limits: [{ metric: rate(d), min: 0.5 }] } }`,
      'suite.yaml:5:75: quality.need.limits.0.metric: unknown column "d"; did you mean "c"?',
    ],
    [
      'a need beyond a rate',
      `${prompts}\nquality: { criteria: [${criterion}], need: { limits: [{ metric: rate(c), min: 80 }] } }`,
      'suite.yaml:5:89: quality.need.limits.0.min: a rate lies between 0 and 1, not at 80',
    ],
    [
      'a choice by nothing',
      `${prompts}\nquality: { criteria: [${criterion}], need: { limits: [{ metric: rate(c), min: 0.8 }], then: cheap } }`,
      'suite.yaml:5:103: quality.need.then: unknown word "cheap"; did you mean "cheapest"?',
    ],
  ])('%s', async (_, text, fault) => {
    const suite = text.startsWith('version') ? text : minimal(text);
    expect(await faultsOf(suite, {}, { routes: ['compat', 'demo'] })).toEqual([fault]);
  });

  test('a preference has no rate, in a limit or to choose by', async () => {
    const suite = two(
      'prompts: [{ id: a, prompt: Hello, criteria: [c, better] }]\n' +
        `quality: { criteria: [${criterion}, { id: better, prefer: Which? }], ` +
        'need: { limits: [{ metric: rate(better), min: 0.5 }], then: best(better) } }',
    );
    const why =
      '"better" compares two answers ("prefer"), so no model has a rate for it; name a criterion with "ask": c';
    expect((await faultsOf(suite)).map((fault) => fault.replace(/^suite\.yaml:5:\d+: /, ''))).toEqual([
      `quality.need.limits.0.metric: ${why}`,
      `quality.need.then: ${why}`,
    ]);
  });

  test('a broken section hides no other fault, and makes none', async () => {
    expect(
      await faultsOf(
        minimal(
          `prompts: [{ id: a, promt: Hello, criteria: [c] }]\nquality: { criteria: [{ id: c, ask: 7 }] }`,
        ),
      ),
    ).toHaveLength(2);
  });
});
