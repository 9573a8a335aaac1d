import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readRequests } from '../journal/read-journal.ts';
import { gatebench, onlyRun, scratch, type Scratch } from './testing/gatebench.ts';

interface Pair {
  metric: string;
  model_a: string;
  model_b: string;
  ratio: number;
  ci_low: number;
  ci_high: number;
  verdict: string;
}

/**
 * Every delay times `factor`, each gap drawn between a tenth and 1.9 of its length. Long enough that a busy machine
 * changes little.
 */
const law = (factor: number, more = ''): string =>
  `custom-ollama/sim-exact?headersMs=${60 * factor}&ttftMs=${180 * factor}&gapMs=${24 * factor}&jitter=0.9&answerFrames=12${more}`;

/** The knob changes only the name, and with it the draws: the same model with its own draws. */
const suite = {
  version: 1,
  name: 'twins',
  models: [
    { id: 'a', model: law(1) },
    { id: 'a-again', model: law(1, '&loadMs=0') },
    { id: 'slower', model: law(1.3) },
  ],
  prompts: Array.from({ length: 20 }, (_, index) => ({ id: `p${index}`, prompt: `Question ${index}?` })),
  run: { repeat: 2, warmup: 1, concurrency: 18 },
};

let cwd: Scratch;
let pairs: Pair[];
/** Rows whose latency this machine was too late to measure. */
let unmeasured: number;

beforeAll(async () => {
  cwd = await scratch();
  await writeFile(join(cwd.path, 'twins.yaml'), JSON.stringify(suite));
  const args = ['run', 'twins.yaml', '--route', 'demo', '--seed', '1', '--quiet'];
  const run = await gatebench(args, cwd.path, {}, 1);
  expect(run).toMatchObject({ code: 0 });
  const { stdout } = await gatebench(
    ['compare', 'latest', '--metrics', 'ttft_ms,e2e_latency_ms', '--json'],
    cwd.path,
  );
  const rows = await Array.fromAsync(readRequests(await onlyRun(cwd.path)));
  unmeasured = rows.filter(({ lag_excluded = [] }) => lag_excluded.includes('e2e_latency_ms')).length;
  ({ pairs } = JSON.parse(stdout) as { pairs: Pair[] });
}, 120_000);

afterAll(() => cwd[Symbol.asyncDispose]());

const between = (a: string, b: string): Pair[] =>
  pairs.filter(({ model_a, model_b }) => model_a === a && model_b === b);

// How often it is otherwise is counted over many runs by `npm run prove:live`. These draws are always the same.
test('a model that is asked under two ids is neither faster nor slower than itself, on real sockets', () => {
  const twins = between('a', 'a-again');
  expect(twins.map(({ metric }) => metric)).toContain('e2e_latency_ms');
  for (const { metric, verdict } of twins) expect(['equal', 'not settled'], metric).toContain(verdict);
});

test('one that takes 1.3 times as long is slower, by about that', () => {
  for (const model of ['a', 'a-again']) {
    const e2e = between(model, 'slower').find(({ metric }) => metric === 'e2e_latency_ms')!;
    const said = `${JSON.stringify(e2e)}, ${unmeasured} rows not measured`;
    expect(unmeasured === 0 ? ['slower'] : ['slower', 'not settled'], said).toContain(e2e.verdict);
    expect(e2e.ci_low).toBeLessThan(1.35);
    expect(e2e.ci_high).toBeGreaterThan(1.25);
  }
});
