import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { table } from '../../report/gate/gate-table.ts';
import { scratch, testIo } from '../testing/gatebench.ts';
import { executeDecision } from './decide.ts';
import { suiteHash } from '../../suite/hash.ts';
import { historyFile, readHistory } from './history-file.ts';
import { gateCode, gateNight, type Night } from './night.ts';
import { nightlySuite, runIdOfNight, writeNight, type NightOptions } from './testing/nightly-runs.ts';

const home = await scratch();
const folder = home.path;
let suiteFile: Awaited<ReturnType<typeof nightlySuite>>;

const more = `
thresholds:
  - { metric: geomean(e2e_latency_ms), model: qwen, max: 60000 }
  - { metric: geomean(e2e_latency_ms), model: kimi, max: 100 }
`;

beforeAll(async () => {
  suiteFile = await nightlySuite(folder);
});
afterAll(() => home[Symbol.asyncDispose]());

async function gateIt(
  night: number,
  history: string,
  rest: Partial<NightOptions> & { dryRun?: boolean } = {},
): Promise<Night> {
  const run = await writeNight(folder, { ...suiteFile, night, seed: 'night', ...rest });
  return gateNight({ run, results: 'r', history: join(folder, history), dryRun: rest.dryRun ?? false });
}

const linesOf = async (history: string): Promise<number> =>
  (await readFile(historyFile(join(folder, history)), 'utf8')).trimEnd().split('\n').length;

describe('a night', () => {
  test('is added once, however often it is gated', async () => {
    const { report } = await gateIt(1, 'once');
    expect(report).toMatchObject({ word: 'learning 0/7', verdict: 'learning' });
    expect(report.history).toContain('4 lines added');
    expect(await linesOf('once')).toBe(1 + 4);
    expect((await gateIt(1, 'once')).report.history).toContain('already there');
    expect(await linesOf('once')).toBe(1 + 4);
  });

  test('leaves the history alone with --dry-run', async () => {
    expect((await gateIt(1, 'dry', { dryRun: true })).report.history).toContain('--dry-run');
    expect(await readHistory(join(folder, 'dry'))).toEqual([]);
  });

  test('with too many failures is incomplete: not compared, not added, exit 3', async () => {
    const { report } = await gateIt(1, 'failing', { failing: 0.5 });
    expect(report).toMatchObject({ word: 'incomplete', cells: [] });
    expect(report.incompleteBecause).toMatch(/of 128 requests failed, more than max_error_rate 0\.05/);
    expect(gateCode(report, false)).toBe(3);
    expect(await readHistory(join(folder, 'failing'))).toEqual([]);
  });

  test('of which a part is missing is incomplete, and so is one shard', async () => {
    const whole = suiteFile.suite;
    const run = await writeNight(folder, {
      ...suiteFile,
      suite: { ...whole, prompts: whole.prompts.slice(0, 8) },
      manifest: { suite: whole, suite_hash: suiteHash(whole), status: 'interrupted' },
      night: 2,
      seed: 'part',
    });
    const flags = { run, results: 'r', history: join(folder, 'part'), dryRun: false };
    expect((await gateNight(flags)).report.incompleteBecause).toContain('64 of 128 requests were done');
    const shard = await gateIt(3, 'part', { manifest: { shard: { index: 1, count: 2 } } });
    expect(shard.report.incompleteBecause).toContain('shard 1 of 2');
    expect(await readHistory(join(folder, 'part'))).toEqual([]);
  });

  test('that the machine was too busy to measure is left out and says so: not compared, not added, exit 3', async () => {
    const { report } = await gateIt(1, 'busy', { manifest: { loop_utilisation: 0.7 } });
    expect(report).toMatchObject({ word: 'incomplete', cells: [] });
    expect(report.incompleteBecause).toContain(
      'too busy to measure times, so they are neither compared nor added',
    );
    expect(gateCode(report, false)).toBe(3);
    const recorded = { metrics: [], loop_utilisation: 0.7 };
    expect((await gateIt(2, 'busy', { manifest: { too_busy: recorded } })).report.word).toBe('incomplete');
    expect((await gateIt(3, 'busy', { manifest: { loop_utilisation: 0.6 } })).report.word).toBe(
      'learning 0/7',
    );
    expect(new Set((await readHistory(join(folder, 'busy'))).map(({ run_id }) => run_id))).toEqual(
      new Set([runIdOfNight(3)]),
    );
  });

  test('on a busy machine counts all the same where the gate watches shares alone', async () => {
    const { suite } = suiteFile;
    const gate = { ...suite.gate!, metrics: { error_rate: { maxRise: 0.05 } } };
    const shares = { ...suite, gate };
    const manifest = { suite: shares, suite_hash: suiteHash(shares), loop_utilisation: 0.7 };
    const { report } = await gateIt(1, 'shares', { suite: shares, manifest });
    expect(report.word).toBe('learning 0/7');
    expect(await readHistory(join(folder, 'shares'))).not.toEqual([]);
  });

  test('on a busy machine adds its shares, leaves out its times, and does not pass for it', async () => {
    const { suite } = suiteFile;
    const metrics = { ...suite.gate!.metrics, error_rate: { maxRise: 0.05 } };
    const both = { ...suite, gate: { ...suite.gate!, metrics } };
    const manifest = { suite: both, suite_hash: suiteHash(both), loop_utilisation: 0.7 };
    const { report } = await gateIt(1, 'both', { suite: both, manifest });
    expect(report).toMatchObject({ word: 'incomplete', cells: [] });
    expect(gateCode(report, false)).toBe(3);
    const added = await readHistory(join(folder, 'both'));
    expect(new Set(added.map(({ metric }) => metric))).toEqual(new Set(['error_rate']));
  });

  test('of the demo route says that it is simulated', async () => {
    const { report } = await gateIt(1, 'demo', { route: 'demo' });
    expect(table.render(report, { columns: 80, color: false })).toMatch(/^learning 0\/7 [^]*SIMULATED/);
  });
});

describe('thresholds', () => {
  test('act from the first night, with exit 4, also while the gate learns', async () => {
    const limited = await nightlySuite(folder, { more });
    const { report } = await gateIt(1, 'limits', limited);
    expect(report.word).toBe('fail');
    expect(report.thresholds.map(({ model, verdict }) => `${model} ${verdict}`)).toEqual([
      'qwen ok',
      'kimi failed',
    ]);
    expect(gateCode(report, true)).toBe(4);
    const text = table.render(report, { columns: 80, color: false });
    expect(text).toMatch(/^✓ geomean\(e2e_latency_ms\) of qwen [\d.]+ m?s \(.*\), at most 60 s$/m);
    expect(text).toMatch(/^✗ geomean\(e2e_latency_ms\) of kimi [\d.]+ s \(.*\), at most 100 ms$/m);
  });
});

describe('what somebody decided', () => {
  const decided = {
    decision: 'accept' as const,
    reason: 'new version',
    route: undefined,
    metric: undefined,
  };

  test('is kept in the history and counts from the next night on', async () => {
    for (let night = 1; night <= 9; night++) await gateIt(night, 'decided');
    const history = join(folder, 'decided');
    await executeDecision({ ...decided, night: '2026-11-09', history, model: 'glm' }, testIo(folder));
    expect((await readHistory(history)).at(-1)).toMatchObject({
      kind: 'accept',
      run_id: runIdOfNight(9),
      model: 'glm',
      reason: 'new version',
    });
    const { report } = await gateIt(10, 'decided');
    const word = (model: string | undefined): string =>
      report.cells.find((cell) => cell.model === model)!.word;
    expect(word('glm')).toBe('learning');
    expect(word('kimi')).not.toBe('learning');
  });

  test('needs a night and a model that there are', async () => {
    const history = join(folder, 'decided');
    await expect(
      executeDecision({ ...decided, night: '2026-12-24', history, model: undefined }, testIo(folder)),
    ).rejects.toThrow('no night "2026-12-24"');
    await expect(
      executeDecision({ ...decided, night: 'latest', history, model: 'glmm' }, testIo(folder)),
    ).rejects.toThrow('did you mean "glm"');
  });
});

describe('exit codes', () => {
  const report = async (): Promise<Night['report']> => (await gateIt(1, 'codes')).report;
  const cell = { word: 'not settled' } as Night['report']['cells'][number];

  test('not settled is 6 with --strict only; a failure of the gate is 5 whatever else', async () => {
    const open = { ...(await report()), verdict: 'not settled' as const, cells: [cell] };
    expect([gateCode(open, false), gateCode(open, true)]).toEqual([0, 6]);
    const failed = { ...open, verdict: 'fail' as const, cells: [cell, { ...cell, word: 'fail' as const }] };
    expect(gateCode(failed, true)).toBe(5);
    expect(gateCode({ ...open, verdict: 'incomplete', cells: [] }, true)).toBe(3);
  });
});
