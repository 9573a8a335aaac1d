import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { levelColumns, type LevelRow } from '../../analysis/level-columns.ts';
import { pairColumns, type PairRow } from '../../analysis/summary-columns.ts';
import { readCsv } from '../../journal/read-csv.ts';
import { readRequests } from '../../journal/read-journal.ts';
import type { RequestRow } from '../../journal/request-columns.ts';
import { gatebench, onlyRun, scratch, type Finished } from '../testing/gatebench.ts';

const suite = (load: string): string =>
  `version: 1
name: load
models: [{ id: swift, model: custom-ollama/sim-swift }]
defaults: { params: { max_tokens: 8 } }
prompts:
  - { id: a, prompt: Say hello., checks: [{ type: not-empty }] }
  - { id: b, prompt: Count to three., checks: [{ type: not-empty }] }
load: ${load}
`;

const flat = ({ stdout }: Finished): string => stdout.replace(/\s+/g, ' ');

interface Ran {
  result: Finished;
  rows: RequestRow[];
  levels: LevelRow[];
  folder: string;
}

async function ran(cwd: string, load: string): Promise<Ran> {
  await writeFile(join(cwd, 'load.yaml'), suite(load));
  // No faster than the loads here assume.
  const result = await gatebench(['run', 'load.yaml', '--route', 'demo', '--seed', '7'], cwd, {}, 10);
  const folder = await onlyRun(cwd);
  return {
    result,
    folder,
    rows: await Array.fromAsync(readRequests(folder)),
    levels: await Array.fromAsync(readCsv<LevelRow>(join(folder, 'levels.csv'), levelColumns)),
  };
}

describe('an open loop at two rates', () => {
  let open: Ran;
  let cwd: Awaited<ReturnType<typeof scratch>>;
  beforeAll(async () => {
    cwd = await scratch();
    open = await ran(
      cwd.path,
      '{ mode: open, rate: [20/s, 40/s], window: 1s, min_arrivals: 10, warmup: 100ms, washout: 0s, visits: 1, slo: { e2e_ms: 20000, passed: true } }',
    );
  }, 60_000);
  afterAll(() => cwd[Symbol.asyncDispose]());

  test('rows say level, visit and arrival, and latency from due is ours added to that from sent', () => {
    expect(open.result.code).toBe(0);
    expect(new Set(open.rows.map(({ level }) => level))).toEqual(new Set([20, 40]));
    for (const row of open.rows) {
      expect(row.load).toBe('open');
      expect(row.e2e_due_ms!).toBeCloseTo(row.e2e_latency_ms! + row.late_ms!, 2);
      expect({ ...row, good: row.good }).toMatchObject({ good: true });
    }
  });

  test('a level counts what was due in its windows, and says how many were good', () => {
    for (const level of open.levels) {
      const measured = open.rows.filter((row) => row.level === level.level && row.phase === 'measure');
      // If the machine was too late for a visit, it was repeated.
      expect(level.arrivals).toBeLessThanOrEqual(measured.length);
      if (level.visits > 0) expect(level.attainment).toBe(1);
      // One visit cannot decide anything.
      expect(level.word).toBe('open');
    }
    expect(open.levels.map(({ level }) => level)).toEqual([20, 40]);
  });

  test.each([
    ['compare', []],
    ['choose', []],
    ['gate', ['--history', 'history']],
  ])('%s does not pool levels, and says where they are', async (command, flags) => {
    const { code, stderr } = await gatebench([command, open.folder, ...flags], cwd.path);
    expect(code).toBe(2);
    expect(stderr.replace(/\s+/g, ' ')).toMatch(/has levels, and \w+ reports on all requests .* levels\.csv/);
  });

  test('merging its only part leaves its levels as they were', async () => {
    const { code, stdout } = await gatebench(['merge', open.folder, '--out', 'merged'], cwd.path);
    expect(code).toBe(0);
    expect(stdout.replace(/\s+/g, ' ')).toMatch(/swift\s+20\/s\s+open/);
    const merged = readCsv<LevelRow>(join(cwd.path, 'merged', 'levels.csv'), levelColumns);
    expect(await Array.fromAsync(merged)).toEqual(open.levels);
  });

  test('its page has pictures of levels', async () => {
    expect(await readFile(join(open.folder, 'report.html'), 'utf8')).toContain('id="picture-shares"');
  });

  test('the first line and the table report levels', () => {
    expect(flat(open.result)).toMatch(
      /^Simulated models: E2E ≤ 20 s and checks passed in 95 %: swift is open at 20\/s and 40\/s\./,
    );
    expect(flat(open.result)).toMatch(/swift\s+20\/s\s+open/);
    expect(flat(open.result)).not.toMatch(/No measured request/);
  });
});

test.concurrent('what finds the ceiling full is a row that was never sent, and fails its level', async () => {
  await using cwd = await scratch();
  const { rows, levels } = await ran(
    cwd.path,
    '{ mode: open, rate: 100/s, window: 1s, min_arrivals: 10, warmup: 0s, washout: 0s, visits: 1, ceiling: 2, slo: { e2e_ms: 20000 } }',
  );
  const dropped = rows.filter(({ error_code: code }) => code === 'dropped');
  expect(dropped.length).toBeGreaterThan(10);
  for (const row of dropped)
    expect(row).toMatchObject({ status: 'cancelled', final: true, good: false, error_family: 'client' });
  expect(levels).toMatchObject([{ dropped: dropped.length, failed: 1, void: 0 }]);
});

test.concurrent('levels of concurrency: each has so many in flight, one model at a time', async () => {
  await using cwd = await scratch();
  const { rows, levels, result, folder } = await ran(
    cwd.path,
    '{ mode: closed, levels: [1, 4], visits: 1, washout: 0s }',
  );
  // A single model has nothing to be compared with.
  expect(await Array.fromAsync(readCsv(join(folder, 'pairs.csv'), pairColumns))).toEqual([]);
  expect(levels.map(({ level, visits }) => [level, visits])).toEqual([
    [1, 1],
    [4, 1],
  ]);
  for (const level of [1, 4])
    expect(Math.max(...rows.filter((row) => row.level === level).map((row) => row.in_flight!))).toBe(level);
  for (const { achieved_rps: rate } of levels) expect(rate).toBeGreaterThan(0);
  // Which level gains more depends on a busy machine. That both are named if the higher one gains does not.
  const more = levels[1]!.achieved_rps! > levels[0]!.achieved_rps!;
  expect(flat(result)).toMatch(
    more
      ? /swift answers .* at 1 at once .* and .* at 4 at once/
      : /swift answers .* at 1 at once .*no more at any/,
  );
});

test.concurrent('two models at a level are compared there by visits in pairs, in every view', async () => {
  await using cwd = await scratch();
  const text = suite('{ mode: closed, levels: [2], visits: 2, washout: 0s }').replace(
    'models: [',
    'models: [{ id: other, model: custom-ollama/sim-exact }, ',
  );
  await writeFile(join(cwd.path, 'load.yaml'), text);
  const result = await gatebench(['run', 'load.yaml', '--route', 'demo', '--seed', '7'], cwd.path);
  const folder = await onlyRun(cwd.path);
  const [row, ...more] = await Array.fromAsync(readCsv<PairRow>(join(folder, 'pairs.csv'), pairColumns));
  expect(row).toMatchObject({
    metric: 'answered_rps',
    model_a: 'other',
    model_b: 'swift',
    level: 2,
    visits: 2,
  });
  expect(more).toEqual([]);
  const sentence = 'Not settled at 2 at once: answers per second of swift against other.';
  const why = '2 visits in pairs settle no difference: 6 are the least, and 8 are better.';
  const markdown = await gatebench(['report', folder, '--format', 'markdown'], cwd.path);
  const page = await readFile(join(folder, 'report.html'), 'utf8');
  for (const view of [flat(result), flat(markdown), page])
    for (const line of [sentence, why]) expect(view).toContain(line);
  const { stdout } = await gatebench(['report', folder, '--format', 'json'], cwd.path);
  expect((JSON.parse(stdout) as { level_pairs: unknown[] }).level_pairs).toMatchObject([
    { level: 2, visits: 2 },
  ]);
});

test.concurrent(
  'limits that nothing under load can decide are reported as such, and settle nothing',
  async () => {
    await using cwd = await scratch();
    const limits =
      'thresholds: [{ metric: p95(e2e_latency_ms), max: 1 }, { metric: attainment, level: 7, min: 0.9 }]';
    await writeFile(join(cwd.path, 'load.yaml'), `${suite('{ mode: closed }')}${limits}`);
    const run = (flags: readonly string[]): Promise<Finished> =>
      gatebench(['run', 'load.yaml', '--route', 'demo', ...flags], cwd.path);
    const leveled = await run(['--levels', '1,2', '--visits', '1']);
    expect(flat(leveled)).toMatch(
      /not settled: p95\(e2e_latency_ms\) of swift, .* the load has levels, and no figure pools them/,
    );
    expect(flat(leveled)).toMatch(/not settled: attainment of swift, .* no visit at 7 at once/);
    // Once for all levels of a model.
    expect(flat(leveled).match(/not settled: /g)).toHaveLength(2);
    expect(leveled.code).toBe(0);
    const plain = await run([]);
    expect(flat(plain)).toMatch(/not settled: attainment of swift, .* the load has no levels/);
  },
);

test.each([
  [['--rate', '1/s', '--slo', 'passed'], /--slo: passed asks for .* the prompt "a" has none/],
  [['--levels', '1', '--slo', 'e2e=1s'], /--slo is about an open loop/],
  [
    ['--levels', '1', '--repeat', '5'],
    /--repeat has no effect in a load with levels: --visits says how often/,
  ],
  [['--rate', '1/s', '--concurrency', '5'], /--concurrency has no effect .* load\.ceiling/],
])('%j is refused before anything is sent', async (flags, message) => {
  await using cwd = await scratch();
  await writeFile(
    join(cwd.path, 'load.yaml'),
    suite('{ mode: closed }').replaceAll(/, checks: \[[^\]]*\]/g, ''),
  );
  const { code, stderr } = await gatebench(['plan', 'load.yaml', '--route', 'demo', ...flags], cwd.path);
  expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
});

test('a budget that cannot hold one visit is reported before anything is sent', async () => {
  await using cwd = await scratch();
  await writeFile(join(cwd.path, 'load.yaml'), suite('{ mode: open, rate: 1/s }'));
  const { code, stderr } = await gatebench(
    ['run', 'load.yaml', '--route', 'demo', '--max-requests', '20'],
    cwd.path,
  );
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /requests: one visit needs 1\d\d, and the budget is 20\nAll visits have about [\d,]+ requests/,
  );
});

test.concurrent(
  'a limit on a level is decided by its visits: broken is exit 4, too few visits settle nothing',
  async () => {
    await using cwd = await scratch();
    const load = (visits: number): string =>
      `{ mode: open, rate: 60/s, window: 500ms, min_arrivals: 10, warmup: 0s, washout: 0s, visits: ${visits}, ceiling: 1, slo: { e2e_ms: 20000 } }\n` +
      'thresholds: [{ metric: attainment, level: 60/s, min: 0.99 }]';
    const broken = await ran(cwd.path, load(5));
    expect(broken.result.code).toBe(4);
    expect(flat(broken.result)).toMatch(
      /✗ attainment of swift .* at least 99(\.0)? %, 0 of 5 visits at 60\/s kept it/,
    );
    await using other = await scratch();
    expect((await ran(other.path, load(1))).result.code).toBe(0);
  },
);

test('levels cannot be sharded, which is reported before anything is sent', async () => {
  await using cwd = await scratch();
  await writeFile(join(cwd.path, 'load.yaml'), suite('{ mode: closed, levels: [1] }'));
  const shard = ['--shard', '1/2', '--seed', '1'];
  const { code, stderr } = await gatebench(['run', 'load.yaml', '--route', 'demo', ...shard], cwd.path);
  expect(code).toBe(2);
  expect(stderr.replace(/\s+/g, ' ')).toMatch(
    /shards that run side by side would load a model together\. Leave out --shard/,
  );
});

describe('variants and places under load', () => {
  test('have levels of their own, are asked in their own words, and keep them through a merge', async () => {
    await using cwd = await scratch();
    const more =
      'variants: [{ id: short, system: Be brief. }, { id: long, system: Explain it step by step as a good teacher would. }]\n';
    await writeFile(
      join(cwd.path, 'load.yaml'),
      suite(
        '{ mode: open, rate: [50/s], window: 250ms, min_arrivals: 10, warmup: 0s, washout: 0s, visits: 1 }',
      ) + more,
    );
    const send = (vantage: string, seed: string): Promise<Finished> =>
      gatebench(
        [
          ...['run', 'load.yaml', '--route', 'demo', '--quiet'],
          ...['--vantage', vantage, '--seed', seed, '--out', vantage],
        ],
        cwd.path,
      );
    // With their seeds, fewer requests are due from fra.
    for (const [vantage, seed] of [
      ['fra', '8'],
      ['ams', '3'],
    ] as const) {
      const sent = await send(vantage, seed);
      expect(sent, sent.stderr).toMatchObject({ code: 0 });
    }
    const merged = await gatebench(['merge', 'fra', 'ams', '--out', 'both'], cwd.path);
    expect(merged, merged.stderr).toMatchObject({ code: 0 });
    const levels = await Array.fromAsync(
      readCsv<LevelRow>(join(cwd.path, 'both', 'levels.csv'), levelColumns),
    );
    const named = (rows: readonly Pick<LevelRow, 'variant' | 'vantage'>[]): string[] =>
      [...new Set(rows.map(({ variant, vantage }) => `${variant} ${vantage}`))].sort();
    const all = ['long ams', 'long fra', 'short ams', 'short fra'];
    expect(levels).toHaveLength(4);
    expect(named(levels)).toEqual(all);
    // The places drew other timetables: no visit of either may look aborted.
    for (const name of ['fra', 'ams']) {
      const own = await Array.fromAsync(readCsv<LevelRow>(join(cwd.path, name, 'levels.csv'), levelColumns));
      for (const { variant, arrivals, visits } of own)
        expect(levels).toContainEqual(expect.objectContaining({ variant, vantage: name, arrivals, visits }));
    }
    const rows = await Array.fromAsync(readRequests(join(cwd.path, 'both')));
    expect(named(rows)).toEqual(all);
    const tokens = (variant: string): number =>
      Math.max(...rows.map((row) => (row.variant === variant ? (row.prompt_tokens ?? 0) : 0)));
    expect(tokens('long')).toBeGreaterThan(tokens('short'));
    for (const place of ['fra', 'ams']) expect(flat(merged)).toContain(`swift (long) from ${place}`);
  }, 30_000);
});
