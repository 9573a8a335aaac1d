import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { levelColumns, type LevelRow } from '../../analysis/level-columns.ts';
import { readCsv } from '../../journal/read-csv.ts';
import type { RequestRow } from '../../journal/request-columns.ts';
import { median } from '../../stats/quantile.ts';
import { readQuality, standingJudgements } from '../../journal/quality-journals.ts';
import { readRequests } from '../../journal/read-journal.ts';
import { startEngine, withoutEngine, type Engine } from '../testing/engine.ts';
import { gatebench, onlyRun, scratch, start, type Finished } from '../testing/gatebench.ts';

if (withoutEngine !== undefined) console.warn(`\n!!! ${withoutEngine}\n`);

const names = ['smol-a', 'smol-b'];

/** From the engine's first token to us: its HTTP server, the loopback, and our reading. */
const allowanceMs = 50;
/** On a busy machine, an answer may sometimes be late. */
const worstMs = 1000;

const suite = {
  version: 1,
  name: 'engine',
  models: names.map((id) => ({ id, model: `custom-ollama/${id}` })),
  defaults: { system: 'Answer in one short line.', params: { max_tokens: 12, temperature: 0, seed: 7 } },
  prompts: ['Name three colors.', 'Count from one to five.', 'What is the capital of France?'].map(
    (prompt, index) => ({ id: `p${index}`, prompt }),
  ),
  run: { repeat: 2, warmup: 1, concurrency: 1 },
};

interface Ran {
  result: Finished;
  /** In the order in which they were sent. */
  rows: RequestRow[];
}

async function rowsOf(cwd: string): Promise<RequestRow[]> {
  const rows = await Array.fromAsync(readRequests(await onlyRun(cwd)));
  return rows.toSorted((a, b) => (a.started_at! < b.started_at! ? -1 : 1));
}

const argsFor = ({ baseUrl }: Engine): string[] => [
  'engine.yaml',
  '--route',
  'direct',
  '--base-url',
  baseUrl,
  '--quiet',
];
const key = { OLLAMA_API_KEY: 'none needed' };

async function ran(engine: Engine, cwd: string, ...args: string[]): Promise<Ran> {
  await writeFile(join(cwd, 'engine.yaml'), JSON.stringify(suite));
  const result = await gatebench(['run', ...argsFor(engine), ...args], cwd, key);
  return { result, rows: await rowsOf(cwd) };
}

describe.skipIf(withoutEngine !== undefined)('a real engine', () => {
  test('tokens are those of its own log in every row, TTFT is its own time for the prompt, and its cache is reported', async () => {
    await using cwd = await scratch();
    await using engine = await startEngine(names);
    const { result, rows } = await ran(engine, cwd.path);
    expect(result).toMatchObject({ code: 0 });
    const served = engine.served();
    expect(rows).toHaveLength(14);
    expect(
      rows.map((row) => [row.prompt_tokens! - row.cached_tokens!, row.completion_tokens, row.status]),
    ).toEqual(served.map(({ promptTokens, completionTokens }) => [promptTokens, completionTokens, 'ok']));
    const late = rows.map((row, index) => row.ttft_ms! - served[index]!.promptMs);
    // It stamps its first token before sending it.
    for (const [index, ms] of late.entries()) {
      expect(ms).toBeGreaterThan(-1);
      expect(ms - rows[index]!.client_lag_ms!).toBeLessThan(worstMs);
    }
    const lag = median(rows.map((row) => row.client_lag_ms!));
    expect(median(late)).toBeLessThan(lag + allowanceMs);
    expect(result.stdout.replace(/\s+/g, ' ')).toMatch(
      /smol-[ab]: \d+ % of its prompt tokens came from the server's prompt cache/,
    );
  });

  test('with a fresh token before each prompt, none finds what another one left', async () => {
    await using cwd = await scratch();
    await using engine = await startEngine(names);
    const { rows } = await ran(engine, cwd.path, '--salt', 'prefix', '--repeat', '1');
    expect(rows).toHaveLength(8);
    // The first tokens of the chat template come before it.
    for (const row of rows) expect(row.cached_tokens! / row.prompt_tokens!).toBeLessThan(0.25);
  });

  test('levels and rates: every answer is in its log, and it has one place and a queue', async () => {
    await using cwd = await scratch();
    await using engine = await startEngine(names);
    const load = { mode: 'open', rate: ['4/s', '8/s'], window: '2500ms', min_arrivals: 10, visits: 1 };
    const quick = {
      ...suite,
      models: [{ ...suite.models[0], params: { max_tokens: 4 } }],
      prompts: suite.prompts.slice(0, 1),
      load: { ...load, arrivals: 'constant', warmup: '0s', washout: '0s', slo: { e2e_ms: 10_000 } },
    };
    await writeFile(join(cwd.path, 'engine.yaml'), JSON.stringify(quick));
    const levelsOf = async (...args: string[]): Promise<LevelRow[]> => {
      const result = await gatebench(['run', ...argsFor(engine), '--out', 'run', ...args], cwd.path, key);
      expect(result, result.stderr).toMatchObject({ code: 0 });
      const rows = await Array.fromAsync(readRequests(join(cwd.path, 'run')));
      expect(rows.map((row) => [row.status, row.completion_tokens])).toEqual(rows.map(() => ['ok', 4]));
      const levels = await Array.fromAsync(readCsv<LevelRow>(join(cwd.path, 'run/levels.csv'), levelColumns));
      await rm(join(cwd.path, 'run'), { recursive: true });
      return levels;
    };
    const [one, four] = await levelsOf('--levels', '1,4', '--visits', '1');
    expect(engine.served()).toHaveLength(1 + 4 + 4 + 16);
    // Four concurrent requests wait for the same slot: each answer takes longer, and there are not four times as many.
    expect(four!.e2e_p50_ms! / one!.e2e_p50_ms!).toBeGreaterThan(1.5);
    expect(four!.achieved_rps! / one!.achieved_rps!).toBeLessThan(3);
    const rates = await levelsOf();
    expect(rates.map(({ level, arrivals }) => [level, arrivals])).toEqual([
      [4, 10],
      [8, 20],
    ]);
    expect(engine.served()).toHaveLength(25 + 30);
  });

  test('as a judge it says little that is right, and every row of it is', async () => {
    await using cwd = await scratch();
    await using engine = await startEngine([...names, 'smol-judge']);
    const params = { max_tokens: 60, seed: 7 };
    // A grammar restricts it to the words: its reply is readable, however little it knows.
    const judge = { id: 'j', model: 'custom-ollama/smol-judge', reply: 'json', params };
    const judged = {
      ...suite,
      defaults: { ...suite.defaults, criteria: ['correct'] },
      prompts: [...suite.prompts, { id: 'p3', prompt: 'What is two and two?' }],
      quality: {
        judges: [judge],
        criteria: [{ id: 'correct', ask: 'Is the answer correct?' }],
      },
    };
    await writeFile(join(cwd.path, 'engine.yaml'), JSON.stringify(judged));
    const args = [...argsFor(engine), '--repeat', '1', '--warmup', '0', '--score'];
    const { code, stderr } = await gatebench(['run', ...args], cwd.path, key);
    expect(code, stderr).toBe(0);
    const run = await onlyRun(cwd.path);
    const answers = await rowsOf(cwd.path);
    const { judgements } = await readQuality(run);
    expect(answers).toHaveLength(8);
    expect(standingJudgements(judgements)).toHaveLength(8);
    for (const { readable, verdict } of standingJudgements(judgements))
      expect([readable, ['yes', 'no'].includes(verdict!)]).toEqual([true, true]);
    // In its own log, judgements come after the answers, and their tokens are those of the rows.
    const served = engine.served().slice(answers.length);
    const inOrder = judgements.toSorted((a, b) => (a.judged_at < b.judged_at ? -1 : 1));
    const tokens = (rows: readonly (number | undefined)[]): number[] =>
      rows.map(Number).toSorted((a, b) => a - b);
    expect(tokens(inOrder.map((row) => row.completion_tokens))).toEqual(
      tokens(served.map(({ completionTokens }) => completionTokens)),
    );
    for (const { status, e2e_latency_ms, ttft_ms } of judgements) {
      expect(status).toBe('ok');
      expect(e2e_latency_ms).toBeGreaterThanOrEqual(ttft_ms!);
    }
  }, 180_000);

  test('killed in mid-run and started again, it costs no request its answer', async () => {
    await using cwd = await scratch();
    await using engine = await startEngine(names);
    await writeFile(join(cwd.path, 'engine.yaml'), JSON.stringify(suite));
    const { finished } = start(['run', ...argsFor(engine)], cwd.path, key);
    while (engine.served().length < 5) await new Promise((resolve) => setTimeout(resolve, 20));
    await engine.crash();
    await finished;
    // The run waited for the engine. The answer in progress when it died is a failure, and can be sent again.
    const final = (await rowsOf(cwd.path)).filter((row) => row.final);
    const cut = final.filter(({ status }) => status !== 'ok');
    expect(final).toHaveLength(14);
    expect(new Set(final.map((row) => `${row.phase} ${row.repeat} ${row.prompt_id} ${row.model}`)).size).toBe(
      14,
    );
    expect(cut.length).toBeLessThanOrEqual(1);
    // The engine sends its head before it reads the prompt, so it may have died before there was anything to cut.
    for (const { status, http_status, error_family, error_code, first_event_ms } of cut)
      expect({ status, http_status, error_family, error_code }).toEqual({
        status: first_event_ms === undefined ? 'error' : 'truncated',
        http_status: 200,
        error_family: 'network',
        error_code: 'reset',
      });
    if (cut.length === 0) return;
    const again = ['run', '--retry-errors', await onlyRun(cwd.path), '--base-url', engine.baseUrl, '--quiet'];
    expect(await gatebench(again, cwd.path, key)).toMatchObject({ code: 0 });
    const answered = (await rowsOf(cwd.path)).filter(({ status }) => status === 'ok');
    expect(answered).toHaveLength(14);
  });
});
