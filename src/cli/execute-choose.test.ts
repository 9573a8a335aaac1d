import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RequestRow } from '../journal/request-columns.ts';
import { manifest, row } from '../report/sheet/testing/runs.ts';
import { readManifest } from '../journal/manifest.ts';
import { appendRatings } from '../journal/quality-journals.ts';
import { rating } from '../analysis/quality/testing/records.ts';
import type { Quality } from '../suite/suite.ts';
import { gatebench, scratch, type Scratch } from './testing/gatebench.ts';
import { writeRun } from './testing/run-folder.ts';

const prompts = Array.from({ length: 60 }, (_, index) => `p${index}`);

/** Answers of a model: share of passes, duration, cost. */
const rowsOf = (run_id: string, model: string, every: number, ms: number, usd: number): RequestRow[] =>
  prompts.map((prompt_id, index) =>
    row({
      run_id,
      model,
      prompt_id,
      event_id: `${model}-${prompt_id}`,
      passed: index % every !== 0,
      e2e_latency_ms: ms + index,
      cost_usd: usd,
    }),
  );

const quality: Quality = {
  judges: [],
  criteria: [],
  budget: {},
  need: {
    limits: [{ metric: 'rate(passed)', statistic: 'rate', column: 'passed', min: 0.8 }],
    then: { by: 'cheapest' },
  },
};

let home: Scratch;
/** Two runs of the same rows. The suite of the first has a need. */
let [withNeed, without]: string[] = [];

beforeAll(async () => {
  home = await scratch();
  const { suite } = manifest();
  const whole = {
    ...suite,
    models: ['good', 'dear', 'bad'].map((id) => ({ id, model: `custom-ollama/${id}`, params: {} })),
    prompts: prompts.map((id, index) => ({
      id,
      tags: index < 6 ? ['few'] : [],
      messages: [{ role: 'user', content: id }],
      params: {},
      checks: [{ type: 'not-empty', not: false, weight: 1 }],
    })),
  };
  const write = (run_id: string, facts: object): Promise<string> =>
    writeRun(
      home.path,
      [
        ...rowsOf(run_id, 'good', 30, 900, 0.002),
        ...rowsOf(run_id, 'dear', 60, 400, 0.009),
        ...rowsOf(run_id, 'bad', 2, 300, 0.001),
      ],
      { run_id, suite: { ...whole, ...facts } },
    );
  withNeed = await write('20261122T031700Z-needed', { quality });
  without = await write('20261122T031800Z-nothin', {});
});
afterAll(() => home[Symbol.asyncDispose]());

const choose = (...args: string[]) => gatebench(['choose', ...args], home.path);
const sentence =
  /^good is the cheapest that is surely good enough \(.*96\.7 % passed, \$2\.00 per 1,000 requests\)\./;

test('names the cheapest that is surely good enough, and each model once with the limit that decides', async () => {
  const { code, stdout } = await choose(withNeed!);
  expect(code).toBe(0);
  const flat = stdout.replace(/\s+/g, ' ');
  expect(flat).toMatch(sentence);
  expect(flat).toMatch(
    /✗ out: bad: rate\(passed\) 50 % \(.*?\), needs at least 80 % ✓ surely: good: .* ✓ surely: dear: /,
  );
});

test('run and report begin with the same sentence as choose, in every format', async () => {
  const { stdout: json } = await choose(withNeed!, '--json');
  const { answer, choice } = JSON.parse(json) as {
    answer: string;
    choice: { surely: string[]; out: string[] }[];
  };
  expect(answer).toMatch(sentence);
  expect(choice).toMatchObject([{ surely: ['good', 'dear'], open: [], out: ['bad'], first: ['good'] }]);
  const report = async (format: string): Promise<string> =>
    (await gatebench(['report', withNeed!, '--format', format], home.path)).stdout;
  expect((await report('table')).replace(/\s+/g, ' ').startsWith(answer)).toBe(true);
  expect(JSON.parse(await report('json'))).toMatchObject({ answer, choice });
  expect((await report('markdown')).startsWith('**good is the cheapest')).toBe(true);
  expect((await choose(withNeed!, '--format', 'markdown')).stdout).toMatch(
    /^\*\*good is the cheapest[^]*\n- ✗ out: bad/,
  );
});

test('a run whose suite says nothing of the job says how to ask, and who leads in what', async () => {
  const { code, stdout } = await choose(without!);
  expect(code).toBe(0);
  expect(stdout.replace(/\s+/g, ' ')).toMatch(
    /bad is the fastest and costs the least .* does not say what the job needs\. With quality:/,
  );
});

test('by tag each part of the prompts has its own answer, and less to show for it', async () => {
  const { stdout } = await choose(withNeed!, '--by', 'tag', '--json');
  const { tags } = JSON.parse(stdout) as {
    tags: { tag: string; prompts: number; choice: { surely: string[] }[] }[];
  };
  expect(tags.map(({ tag, prompts: count }) => [tag, count])).toEqual([['few', 6]]);
  expect(tags[0]!.choice[0]!.surely).toEqual([]);
  expect((await choose(withNeed!, '--by', 'tag')).stdout).toMatch(/^few \(6 prompts\): Nothing is sure: /);
});

test('by tag people and judges count as in the whole run, and so do exit codes and formats', async () => {
  const limit = { metric: 'rate(kind)', criterion: 'kind', min: 0.5 };
  const { suite } = await readManifest(withNeed!);
  const tagged = suite.prompts.map((prompt, index) => ({ ...prompt, tags: [index < 50 ? 'many' : 'few'] }));
  const run_id = '20261122T031900Z-tagged';
  const folder = await writeRun(
    home.path,
    [...rowsOf(run_id, 'good', 30, 900, 0.002), ...rowsOf(run_id, 'bad', 2, 300, 0.001)],
    {
      run_id,
      suite: {
        ...suite,
        prompts: tagged,
        models: suite.models.filter(({ id }) => id !== 'dear'),
        quality: { ...quality, need: { limits: [limit], then: { by: 'cheapest' } } },
      },
    },
  );
  await appendRatings(
    folder,
    ['good', 'bad'].flatMap((model) =>
      prompts.map((prompt_id) =>
        rating({
          ...{ run_id, model, prompt_id, criterion: 'kind', event_id: `${model}-${prompt_id}` },
          ...{ rated_at: '2026-11-22T04:00:00.000Z', sheet: 'sheet.csv' },
          score: model === 'good' ? 1 : 0,
        }),
      ),
    ),
  );
  const { code, stdout, stderr } = await choose(folder, '--by', 'tag');
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/^many \(50 prompts\): good is the only one that is surely good enough/);
  expect(stdout.replace(/\s+/g, ' ')).toMatch(/✗ out: bad: rate\(kind\) 0 % \(.*?\) by people/);
  expect((await choose(folder, '--by', 'tag', '--strict')).code).toBe(0);
  expect((await choose(folder, '--by', 'tag', '--format', 'markdown')).stdout).toMatch(
    /^### many \(50 prompts\)\n\n\*\*good is the only one[^]*\n### few/,
  );
  expect((await choose(withNeed!, '--by', 'tag', '--strict')).code).toBe(6);
});

test('by tag a limit on a criterion rests on what people said of the prompts of that tag', async () => {
  const ids = (part: 'code' | 'talk'): string[] => prompts.map((_, index) => `${part}${index}`);
  const run_id = '20261122T031900Z-parted';
  const answers = (['code', 'talk'] as const).flatMap((part) =>
    ids(part).flatMap((prompt_id) =>
      ['coder', 'talker'].map((model) =>
        row({ run_id, model, prompt_id, event_id: `${model}-${prompt_id}`, cost_usd: 0.001 }),
      ),
    ),
  );
  const folder = await writeRun(home.path, answers, {
    run_id,
    suite: {
      ...manifest().suite,
      models: ['coder', 'talker'].map((id) => ({ id, model: `custom-ollama/${id}`, params: {} })),
      prompts: (['code', 'talk'] as const).flatMap((part) =>
        ids(part).map((id) => ({ id, tags: [part], messages: [], params: {}, checks: [] })),
      ),
      quality: {
        ...quality,
        need: {
          limits: [{ metric: 'rate(correct)', criterion: 'correct', min: 0.7 }],
          then: { by: 'cheapest' },
        },
      },
    },
  });
  // Each is right only on its own part.
  await appendRatings(
    folder,
    answers.map(({ model, prompt_id, event_id }) =>
      rating({ run_id, model, prompt_id, event_id, score: Number(prompt_id.startsWith(model.slice(0, 4))) }),
    ),
  );
  const { stdout } = await choose(folder, '--by', 'tag', '--json');
  const { tags } = JSON.parse(stdout) as {
    tags: { tag: string; choice: { surely: string[]; out: string[] }[] }[];
  };
  expect(tags.map(({ tag, choice: [one] }) => [tag, one!.surely, one!.out])).toEqual([
    ['code', ['coder'], ['talker']],
    ['talk', ['talker'], ['coder']],
  ]);
});

describe('another suite says what the job needs', () => {
  const suite = async (limit: string): Promise<string> => {
    const file = join(home.path, 'other.yaml');
    await writeFile(
      file,
      `version: 1\nname: other\nmodels: [custom-ollama/x]\nprompts: [{ id: a, prompt: b }]\n${limit}\n`,
    );
    return file;
  };

  test('even for a run that has none, and for columns that were not needed before', async () => {
    const file = await suite(
      'quality: { need: { limits: [{ metric: rate(passed), min: 0.3 }, { metric: mean(prompt_tokens), max: 50 }], then: fastest } }',
    );
    const { stdout } = await choose(without!, '--suite', file);
    expect(stdout.replace(/\s+/g, ' ')).toMatch(/^bad is the fastest that is surely good enough/);
    // The run's own files stay unchanged.
    expect(await readFile(join(without!, 'run.json'), 'utf8')).not.toContain('"need"');
  });

  test('exit code 4 when every model is out, 6 with --strict when nothing is sure', async () => {
    const out = await choose(
      without!,
      '--suite',
      await suite(
        'quality: { need: { limits: [{ metric: rate(passed), min: 0.999 }, { metric: mean(cost_usd), max: 0.0001 }] } }',
      ),
    );
    expect(out.code).toBe(4);
    expect(out.stdout).toMatch(/^No model is good enough: all 3 models surely miss a limit\./);
    const near = await suite('quality: { need: { limits: [{ metric: rate(passed), min: 0.97 }] } }');
    expect((await choose(without!, '--suite', near)).code).toBe(0);
    expect((await choose(without!, '--suite', near, '--strict')).code).toBe(6);
    expect((await choose(withNeed!, '--strict')).code).toBe(0);
  });

  test('one without a need is refused', async () => {
    const { code, stderr } = await choose(without!, '--suite', await suite(''));
    expect(code).toBe(2);
    expect(stderr).toMatch(/other\.yaml has no quality\.need: write there what the job needs/);
  });
});
