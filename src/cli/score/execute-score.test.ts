import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readQuality, standingJudgements } from '../../journal/quality-journals.ts';
import { gatebench, onlyRun, scratch, type Scratch } from '../testing/gatebench.ts';

const suiteOf = ({
  price = '',
  judge = 'sim-judge',
  answers = 'full',
  budget = '',
  more = '',
} = {}): string => `version: 1
name: small
models: [custom-ollama/sim-instant, { id: echo, model: custom-ollama/sim-echo, price: { input: 1, output: 1 } }]
defaults: { criteria: [correct, better] }
prompts:
  - { id: a, prompt: What is the capital of Australia?, checks: [{ type: contains, value: capital }] }
  - { id: b, prompt: Say something else, vars: { expected: something }${more} }
quality:
  judges: [{ id: j, model: 'custom-ollama/${judge}?instant=true', concurrency: 8${price} }]
  criteria:
    - { id: correct, ask: Is it right? }
    - { id: better, prefer: Which is better? }
  ${budget}
run: { repeat: 1, warmup: 0, answers: ${answers} }
`;

const simulated = ['--route', 'demo', '--quiet'];

let usual: Scratch | undefined;
afterAll(() => usual?.[Symbol.asyncDispose]());

/** A separate folder with a run of the suite. Unless the test asks for a different one, it is run only once. */
async function ran(): Promise<Scratch & { run: string }> {
  usual ??= await ranOnce(suiteOf());
  const folder = await scratch();
  await cp(usual.path, folder.path, { recursive: true });
  return { ...folder, run: await onlyRun(folder.path) };
}

/** A run of this suite, in its own folder. */
async function ranOnce(suite: string, ...flags: string[]): Promise<Scratch & { run: string }> {
  const folder = await scratch();
  await writeFile(join(folder.path, 'suite.yaml'), suite);
  const { code, stderr } = await gatebench(['run', 'suite.yaml', ...simulated, ...flags], folder.path);
  expect(code, stderr).toBe(0);
  return { ...folder, run: await onlyRun(folder.path) };
}

test('every answer and pair is judged once, from the folder, and nothing else of the run changes', async () => {
  await using folder = await ran();
  const files = ['requests.csv', 'models.csv', 'pairs.csv', 'answers.jsonl', 'run.json'];
  const before = await Promise.all(files.map((name) => readFile(join(folder.run, name), 'utf8')));
  const first = await gatebench(['score', 'latest'], folder.path);
  expect(first).toMatchObject({ code: 0 });
  expect(first.stderr).toContain(
    'Judge j reads prompts and answers: custom-ollama/sim-judge?instant=true on demo (simulated)\nJudge j: 8 calls, at most ',
  );
  const { judgements } = await readQuality(folder.run);
  expect(judgements).toHaveLength(8);
  expect(
    judgements
      .filter(({ criterion }) => criterion === 'better')
      .map(({ order }) => order)
      .toSorted(),
  ).toEqual(['ab', 'ab', 'ba', 'ba']);
  expect(
    judgements.every(
      ({ readable, status, total_tokens, self_judged }) =>
        readable === true && status === 'ok' && total_tokens! > 0 && self_judged === false,
    ),
  ).toBe(true);
  expect(await Promise.all(files.map((name) => readFile(join(folder.run, name), 'utf8')))).toEqual(before);
  const again = await gatebench(['score', 'latest'], folder.path);
  expect(again.stderr).toContain('Judge j: 0 calls, 8 judgements there already');
  expect((await readQuality(folder.run)).judgements).toEqual(judgements);
});

test('a judge of any price, asked at the end of the run, changes no figure of a contestant', async () => {
  const figures = async (price: string): Promise<[string[], number]> => {
    await using folder = await ranOnce(suiteOf({ price }), '--seed', '1', '--score');
    const { judgements } = await readQuality(folder.run);
    const models = JSON.parse((await gatebench(['report', 'latest', '--json'], folder.path)).stdout) as {
      models: Record<string, unknown>[];
    };
    const kept = models.models.map(({ model, requests, cost_usd, total_tokens, completion_tokens }) =>
      JSON.stringify({ model, requests, cost_usd, total_tokens, completion_tokens }),
    );
    return [kept, judgements.reduce((sum, { cost_usd }) => sum + (cost_usd ?? 0), 0)];
  };
  const [free, nothing] = await figures('');
  const [dear, cost] = await figures(', price: { input: 1000, output: 1000 }');
  expect(dear.toSorted()).toEqual(free.toSorted());
  expect(nothing).toBe(0);
  expect(cost).toBeGreaterThan(0.1);
});

test('a judge that takes the first answer is detected: each order has another winner', async () => {
  await using folder = await ranOnce(suiteOf({ judge: 'sim-judge-90-85-first100' }));
  expect((await gatebench(['score', 'latest', '--criteria', 'better', '--quiet'], folder.path)).code).toBe(0);
  const { judgements } = await readQuality(folder.run);
  expect(judgements.map(({ order, preferred }) => `${order} ${preferred}`).toSorted()).toEqual([
    'ab a',
    'ab a',
    'ba b',
    'ba b',
  ]);
  expect(judgements.every(({ model, model_b }) => model === 'sim-instant' && model_b === 'echo')).toBe(true);
  // The lengths of the answers are known from the run's own rows.
  const [head, figures] = (await readFile(join(folder.run, 'preferences.csv'), 'utf8')).trim().split(/\r?\n/);
  expect(figures!.split(',')[head!.split(',').indexOf('similar_length')]).toMatch(/^[0-2]$/);
});

test('what cannot be read is asked once more, and is never a verdict', async () => {
  await using folder = await ranOnce(suiteOf({ judge: 'sim-judge-90-85-vague100' }));
  const { code, stdout } = await gatebench(
    ['score', 'latest', '--criteria', 'correct', '--json'],
    folder.path,
  );
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    lines: [{ wanted: 4, readable: 0, unreadable: 4, failed: 0, open: 0 }],
  });
  const { judgements } = await readQuality(folder.run);
  expect(
    judgements
      .map(({ attempt, final, verdict, score, readable }) => [attempt, final, verdict, score, readable])
      .toSorted(),
  ).toEqual([
    ...Array.from({ length: 4 }, () => [1, false, undefined, undefined, false]),
    ...Array.from({ length: 4 }, () => [2, true, undefined, undefined, false]),
  ]);
});

test('of variants each judgement says which one was answered, and each has a rate of its own', async () => {
  await using folder = await ranOnce(
    suiteOf().replace('quality:', 'variants: [{ id: plain }, { id: brief, system: Be brief. }]\nquality:'),
  );
  expect((await gatebench(['score', 'latest', '--quiet'], folder.path)).code).toBe(0);
  const { judgements } = await readQuality(folder.run);
  const counted = Object.entries(Object.groupBy(judgements, ({ variant }) => String(variant)));
  expect(counted.map(([variant, own]) => [variant, own!.length]).toSorted()).toEqual([
    ['brief', 8],
    ['plain', 8],
  ]);
  const { quality } = JSON.parse((await gatebench(['report', 'latest', '--json'], folder.path)).stdout) as {
    quality: Record<string, string | number>[];
  };
  expect(
    quality
      .filter(({ criterion }) => criterion === 'correct')
      .map(({ model, variant, judged, answers }) => `${model} ${variant} ${judged}/${answers}`)
      .toSorted(),
  ).toEqual(['echo brief 2/2', 'echo plain 2/2', 'sim-instant brief 2/2', 'sim-instant plain 2/2']);
});

test('a budget stops the judging with exit code 7, and the same command continues', async () => {
  await using folder = await ran();
  const first = await gatebench(['score', 'latest', '--max-requests', '3'], folder.path);
  expect(first).toMatchObject({ code: 7 });
  expect((await readQuality(folder.run)).judgements).toHaveLength(3);
  expect((await gatebench(['score', 'latest', '--max-requests', '3', '--quiet'], folder.path)).code).toBe(7);
  expect((await readQuality(folder.run)).judgements).toHaveLength(3);
  expect((await gatebench(['score', 'latest', '--quiet'], folder.path)).code).toBe(0);
  expect(standingJudgements((await readQuality(folder.run)).judgements)).toHaveLength(8);
});

test('a judge that is there no more leaves judgements open, and another suite may name a new one', async () => {
  await using folder = await ranOnce(suiteOf({ judge: 'sim-gone' }));
  const first = await gatebench(['score', 'latest', '--quiet', '--json'], folder.path);
  expect(first.code).toBe(3);
  await writeFile(join(folder.path, 'later.yaml'), suiteOf({ more: ', checks: [{ type: not-empty }]' }));
  const second = await gatebench(['score', 'latest', '--quiet', '--suite', 'later.yaml'], folder.path);
  expect(second, second.stderr).toMatchObject({ code: 0 });
  expect(
    standingJudgements((await readQuality(folder.run)).judgements).filter(({ readable }) => readable),
  ).toHaveLength(8);
});

test('a suite whose prompts ask something else is refused by their names', async () => {
  await using folder = await ran();
  await writeFile(join(folder.path, 'later.yaml'), suiteOf().replace('something else', 'anything'));
  const { code, stderr } = await gatebench(['score', 'latest', '--suite', 'later.yaml'], folder.path);
  expect(code).toBe(2);
  expect(stderr).toBe(
    'gatebench: later.yaml: these prompts no longer ask what the run asked, so its answers cannot be judged by them:\n' +
      '  "b"\nRestore them, or give them other ids.\n',
  );
});

test('stored answers meet later checks without a network, and the run keeps its own verdicts', async () => {
  await using folder = await ran();
  const requests = await readFile(join(folder.run, 'requests.csv'), 'utf8');
  await writeFile(join(folder.path, 'later.yaml'), suiteOf().replace('value: capital', 'value: Canberra'));
  const args = ['score', 'latest', '--checks-only', '--suite', 'later.yaml', '--json'];
  const { code, stdout } = await gatebench(args, folder.path);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    models: [
      { model: 'sim-instant', route: 'demo', answers: 1, passed_then: 0, passed_now: 0, changed: 0 },
      { model: 'echo', route: 'demo', answers: 1, passed_then: 1, passed_now: 0, changed: 1 },
    ],
    changed_prompts: ['a'],
  });
  expect((await gatebench(args, folder.path)).stdout).toBe(stdout);
  const { rechecked } = await readQuality(folder.run);
  expect(rechecked).toHaveLength(2);
  expect(rechecked[0]!.check_why?.[0]).toContain('Canberra');
  expect(await readFile(join(folder.run, 'requests.csv'), 'utf8')).toBe(requests);
});

test('what cannot be judged is said, with what to do', async () => {
  await using folder = await ranOnce(
    suiteOf()
      .replace(/quality:[^]*?run:/, 'run:')
      .replace(/defaults.*\n/, ''),
  );
  const said = async (...args: string[]): Promise<string> => {
    const { code, stderr } = await gatebench(args, folder.path);
    expect(code).toBe(2);
    return stderr;
  };
  expect(await said('score', 'latest')).toContain(
    'its suite has no quality.criteria, so there is nothing to judge',
  );
  const write = (text: string): Promise<void> => writeFile(join(folder.path, 'later.yaml'), text);
  await write(suiteOf().replace(/judges: .*\n/, ''));
  expect(await said('score', 'latest', '--suite', 'later.yaml')).toContain(
    'names no judge, and there is no default',
  );
  await write(suiteOf());
  const unknown = await said(...'score latest --suite later.yaml --judge jj --criteria corect'.split(' '));
  expect(unknown).toContain(
    '--judge: unknown judge "jj"; did you mean "j"?\n--criteria: unknown criterion "corect"; did you mean "correct"?',
  );
  expect(await said('run', 'suite.yaml', ...simulated, '--score')).toContain('has no quality.criteria');
  await write(suiteOf({ answers: 'preview' }));
  expect(await said('run', 'later.yaml', ...simulated)).toContain('judges and people read stored answers');
});

test('a damaged judgement is set aside and asked for again, and a torn line as well', async () => {
  await using folder = await ran();
  await gatebench(['score', 'latest', '--quiet'], folder.path);
  const path = join(folder.run, 'judgements.csv');
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  const damaged = lines[2]!.replace(',true,', ',false,');
  expect(damaged).not.toBe(lines[2]);
  await writeFile(
    path,
    [...lines.slice(0, 2), damaged, ...lines.slice(3, -1)].join('\n') + `\n${lines.at(-1)!.slice(0, 40)}`,
  );
  const repaired = await gatebench(['repair', 'latest'], folder.path);
  expect(repaired.stdout).toContain('judgements.csv: 6 rows kept, 1 damaged line taken out (line 3)');
  await writeFile(path, [...lines.slice(0, 2), damaged, ...lines.slice(3)].join('\n') + '\n');
  const { code, stderr } = await gatebench(['score', 'latest'], folder.path);
  expect(code).toBe(0);
  expect(stderr).toContain('1 damaged line of judgements.csv left out, kept as judgements.csv.damaged');
  expect(stderr).toContain('Judge j: 1 call, at most ');
  const { judgements, warnings } = await readQuality(folder.run);
  expect([standingJudgements(judgements).length, warnings]).toEqual([8, []]);
  expect(
    (await readdir(folder.run)).filter((name) => /judgements.*(damaged|torn)/.test(name)).toSorted(),
  ).toEqual(['judgements.csv.damaged', 'judgements.csv.damaged-2', 'judgements.csv.torn']);
});

test('no file of judgements or ratings is written over', async () => {
  await using folder = await ran();
  await gatebench(['score', 'latest', '--quiet'], folder.path);
  const { code, stderr } = await gatebench(
    ['report', 'latest', '-o', join(folder.run, 'judgements.csv')],
    folder.path,
  );
  expect(code).toBe(2);
  expect(stderr).toContain('holds measurements of a run and is never overwritten');
});
