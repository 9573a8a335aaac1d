import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nightColumns, nightFigures, type NightRow } from '../../analysis/night-figures.ts';
import { scratchFolder } from '../../base/testing/scratch.ts';
import { readCsv } from '../../journal/read-csv.ts';
import { gatebench } from '../testing/gatebench.ts';
import { gateNight, type Night } from './night.ts';
import { appendNight, nightsFile } from './nights-file.ts';
import { nightlySuite, writeNight, type NightOptions } from './testing/nightly-runs.ts';

let scratch: Awaited<ReturnType<typeof scratchFolder>>;
let suiteFile: Awaited<ReturnType<typeof nightlySuite>>;
const at = (name: string): string => join(scratch.path, name);

beforeAll(async () => {
  scratch = await scratchFolder();
  suiteFile = await nightlySuite(scratch.path);
  const prompts = suiteFile.suite.prompts.map((prompt, place) => ({
    ...prompt,
    tags: place % 4 === 0 ? ['json'] : ['prose'],
  }));
  suiteFile.suite = { ...suiteFile.suite, prompts };
});
afterAll(() => scratch[Symbol.asyncDispose]());

async function gateIt(night: number, history: string, rest: Partial<NightOptions> = {}): Promise<Night> {
  const run = await writeNight(scratch.path, { ...suiteFile, night, seed: 'nights', ...rest });
  return gateNight({ run, results: 'r', history: at(history), dryRun: false });
}

const nights = (history: string): Promise<NightRow[]> =>
  Array.fromAsync(readCsv<NightRow>(nightsFile(at(history)), nightColumns));

test('a night keeps every figure of each model, for all prompts and for each tag, once', async () => {
  const { loaded } = await gateIt(1, 'all');
  await gateIt(1, 'all');
  await gateIt(2, 'all');
  const rows = await nights('all');
  expect(rows).toHaveLength(2 * 4 * 3);
  const { report, manifest } = loaded;
  for (const model of report.models) {
    const row = rows.find((one) => one.run_id === model.run_id && one.model === model.model && !one.tag)!;
    expect(row.at).toBe(manifest.started_at);
    expect(row.e2e_latency_ms_p50).toBeCloseTo(model.e2e_latency_ms_p50!, 2);
    expect(row.pass_rate).toBe(model.pass_rate);
  }
  const json = report.tags!.find(({ tag }) => tag === 'json')!.models.find(({ model }) => model === 'glm')!;
  const kept = rows.find(
    ({ run_id, tag, model }) => run_id === json.run_id && tag === 'json' && model === 'glm',
  )!;
  expect(kept.e2e_latency_ms_geomean).toBeCloseTo(json.e2e_latency_ms_geomean!, 2);
  expect(kept.prompts).toBe(4);
});

test('an incomplete night keeps none, and what the machine was too busy to measure is empty', async () => {
  await gateIt(3, 'failing', { failing: 0.5 });
  await expect(nights('failing')).rejects.toThrow('cannot be read');
  const { loaded } = await gateIt(4, 'busy');
  const { manifest, report } = loaded;
  const usual = nightFigures(report, manifest, []);
  for (const [place, row] of nightFigures(report, manifest, ['e2e_latency_ms']).entries()) {
    const { e2e_latency_ms_geomean: mean, e2e_latency_ms_p50: p50, e2e_latency_ms_n: n, ...others } = row;
    expect([mean, p50, n]).toEqual([undefined, undefined, undefined]);
    expect(usual[place]).toMatchObject({ model: others.model, requests: others.requests });
    expect(usual[place]!.e2e_latency_ms_geomean).toBeGreaterThan(0);
  }
});

test('a file with fewer columns is read on, and gets the new ones; of a newer version all stay', async () => {
  await gateIt(1, 'older');
  const [first] = await nights('older');
  const fewer = nightColumns
    .filter(({ name }) => !/^variant$|_p95|row_check/.test(name))
    .map(({ name }) => name);
  const cells = fewer.map((name) => String(first![name as keyof NightRow] ?? ''));
  await writeFile(nightsFile(at('older')), `${fewer.join(',')}\n${cells.join(',')}\n`);
  await gateIt(2, 'older');
  const rows = await nights('older');
  expect(rows.map(({ at: start }) => start.slice(0, 10))).toEqual([
    '2026-11-01',
    ...Array<string>(12).fill('2026-11-02'),
  ]);
  const text = await readFile(nightsFile(at('older')), 'utf8');
  expect(text.split('\n')[0]).toBe(nightColumns.map(({ name }) => name).join());

  await gateIt(1, 'newer');
  const path = nightsFile(at('newer'));
  const before = (await readFile(path, 'utf8'))
    .replace(/,row_check$/m, ',row_check,vantage_to_come')
    .replaceAll(/(,x[0-9a-f]{8})$/gm, '$1,');
  await writeFile(path, before);
  const known = await nights('newer');
  await appendNight(
    at('newer'),
    known.map((row) => ({ ...row, run_id: 'another' })),
  );
  expect((await readFile(path, 'utf8')).startsWith(before.split('\n')[0]!)).toBe(true);
  expect(await nights('newer')).toHaveLength(24);
});

test('SQL reads both files of the history', async () => {
  await gateIt(1, 'sql');
  const sql = `select tag, avg(n.e2e_latency_ms_geomean) > 0 as is_there, count(*) as n from nights n
    join history h using (run_id, model) where h.metric = 'e2e_latency_ms' group by tag order by tag nulls first`;
  const { stdout, stderr } = await gatebench(
    ['query', sql, '--history', 'sql', '--format', 'csv'],
    scratch.path,
  );
  expect(stderr).toBe('');
  expect(stdout).toBe('tag,is_there,n\n,true,4\njson,true,4\nprose,true,4\n');
});
