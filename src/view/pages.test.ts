import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { scratch, type Scratch } from '../cli/testing/gatebench.ts';
import { row } from '../report/sheet/testing/runs.ts';
import { runFiles } from '../journal/run-folder.ts';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { offered } from './pages/compare-page.ts';
import type { RunningViewer } from './server.ts';
import { pathOf, settledRun, storedRun, viewerOf, visit } from './testing/viewer.ts';

let home: Scratch;
let viewer: RunningViewer;
let earlier: string;
let settled: string;
beforeAll(async () => {
  home = await scratch();
  const results = join(home.path, 'results');
  earlier = await settledRun(results, '20261121T031700Z-abcdef', 'It is A.');
  settled = await settledRun(results, '20261122T031700Z-abcdef');
  viewer = await viewerOf(results);
});
afterAll(async () => {
  await viewer.close();
  await home[Symbol.asyncDispose]();
});

const page = async (path: string): Promise<string> => {
  const { status, text } = await visit(viewer.port, path);
  expect({ path, status }).toEqual({ path, status: 200 });
  return text;
};

test.each([
  ['', '30'],
  ['?tag=mail', '5'],
  ['?fail=1', '1'],
  ['?differ=1', '1'],
  ['?q=it+is+b', '1'],
  ['?q=about+p7', '1'],
  ['?q=nothing+like+it', '0'],
  ['?model=glm&fail=1', '0'],
])('answers are found by tag, by a word, and by what failed: "%s" finds %s', async (search, found) => {
  expect(await page(`${pathOf(settled)}/answers${search}`)).toContain(` of ${found}</span>`);
});

test('pages of answers keep the filter', async () => {
  const text = await page(`${pathOf(settled)}/answers?tag=code`);
  expect(text).toContain('answers?tag=code&amp;page=2');
  expect(
    (await page(`${pathOf(settled)}/answers?tag=code&page=2`)).match(/<article class="grid-prompt/g),
  ).toHaveLength(5);
});

test.each(['0', '-1', '1.5', '999', '1e9', 'Infinity', 'x'])(
  'page %s of a list is one that there is, and shows what it says',
  async (asked) => {
    const text = await page(`${pathOf(settled)}/answers?page=${asked}`);
    const [, from = '', until = ''] = /Prompts (\d+)–(\d+) of 30</.exec(text) ?? [];
    expect(text.match(/<article class="grid-prompt/g)).toHaveLength(Number(until) - Number(from) + 1);
    expect((await page(`/?page=${asked}`)).match(/<th scope="row"/g)).toHaveLength(2);
    expect(await page(`${pathOf(settled)}/requests?page=${asked}`)).toContain('Requests 1–60 of 60');
  },
);

test('damaged rows are left out of every page that is made of rows, and each says so', async () => {
  const results = join(home.path, 'damaged');
  const folder = await settledRun(results, '20261126T031700Z-damage');
  const file = join(folder, runFiles.requests);
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace(/kimi-7/g, 'kimi-8'));
  const viewed = await viewerOf(results);
  onTestFinished(() => viewed.close());
  const other = await settledRun(results, '20261127T031700Z-intact');
  const value = (run: string): string => encodeURIComponent(pathOf(run).slice('/run/'.length));
  const compared = `/compare?before=${value(other)}&after=${value(folder)}`;
  for (const path of ['', '/answers', '/requests'].map((end) => pathOf(folder) + end).concat(compared))
    expect((await visit(viewed.port, path)).text, path).toMatch(
      /requests\.csv: 1 damaged line is left out \(line 9: its checksum does not match\)[^]*gatebench repair /,
    );
  expect((await visit(viewed.port, `${pathOf(folder)}/requests`)).text).toContain('of 59</span>');
  expect((await visit(viewed.port, `${pathOf(other)}/requests`)).text).not.toContain('damaged');
});

test('two runs show the answers that changed, and link each to its own run', async () => {
  const value = (folder: string): string => encodeURIComponent(pathOf(folder).slice('/run/'.length));
  const text = await page(`/compare?before=${value(earlier)}&after=${value(settled)}`);
  const changed = text.slice(text.indexOf('id="changed"'));
  expect(changed.match(/<article class="grid-prompt/g)).toHaveLength(1);
  expect(changed).toMatch(/p3 · kimi[^]*It is A\.[^]*It is <del>A<\/del><ins>B<\/ins>/);
  expect(changed).toContain(`${pathOf(earlier)}/request/kimi-3`);
  expect(changed).toContain(`${pathOf(settled)}/request/kimi-3`);
});

test('a comparison offers the newest runs, and the chosen one however old it is', () => {
  const runs = ['d', 'c', 'b', 'a'].map((id) => ({ suite: 'smoke', id }));
  expect(offered(runs, 'smoke/a', 2)).toEqual(['smoke/d', 'smoke/c', 'smoke/a']);
  expect(offered(runs, null, 2)).toEqual(['smoke/d', 'smoke/c']);
});

test('a run from several places distinguishes them in answers and requests, and filters by place', async () => {
  const results = join(home.path, 'places');
  const rows = ['fra', 'ams'].flatMap((vantage) =>
    ['glm', 'kimi'].map((model) => row({ model, vantage, prompt_id: 'p0', event_id: `${model}-${vantage}` })),
  );
  const folder = await storedRun(results, rows, { vantages: ['ams', 'fra'] });
  const places = await viewerOf(results);
  onTestFinished(() => places.close());
  const shown = async (path: string): Promise<string> =>
    (await visit(places.port, `${pathOf(folder)}/${path}`)).text;
  expect(await shown('answers')).toContain('glm from fra');
  const requests = await shown('requests');
  expect(requests).toMatch(/order=vantage[^>]*>vantage</);
  expect(requests).toMatch(/<option[^>]*>fra</);
  expect(await shown('requests?vantage=ams')).toMatch(/ of 2\b/);
});

test('runs are filtered by suite, model, state and day', async () => {
  const runs = async (search: string): Promise<number> =>
    (await page(`/${search}`)).match(/<th scope="row"/g)?.length ?? 0;
  expect(await runs('')).toBe(2);
  expect(await runs('?suite=smoke&model=glm&state=complete')).toBe(2);
  expect(await runs('?since=2026-11-23')).toBe(0);
  expect(await runs('?model=none')).toBe(0);
});

test('what is half there is a page, and no fault', async () => {
  const results = join(home.path, 'half');
  const half = await viewerOf(results);
  onTestFinished(() => half.close());
  const ask = async (path: string): Promise<number> => (await visit(half.port, path)).status;
  expect(await ask('/')).toBe(200);
  const folder = await storedRun(results, [row()], { status: 'running' });
  await rm(join(folder, runFiles.requests));
  await rm(join(folder, runFiles.answers));
  for (const path of ['', '/answers', '/requests', '/live?after=0', '/live?after=99', '/live?after=x'])
    expect({ path, status: await ask(pathOf(folder) + path) }).toEqual({
      path,
      status: 200,
    });
  const stopped = (await visit(half.port, pathOf(folder))).text;
  expect(stopped).toContain('Stopped before its end');
  expect(stopped).not.toContain('this machine is measuring');
  expect((await visit(half.port, `${pathOf(folder)}/answers`)).text).toContain('There are no answers yet.');
  const name = (path: string): string => encodeURIComponent(pathOf(path).slice('/run/'.length));
  const other = await settledRun(results, '20261126T031700Z-settle');
  expect(await ask(`/compare?before=${name(other)}&after=${name(folder)}`)).toBe(200);
  const ended = await settledRun(results, '20261127T031700Z-norows');
  await rm(join(ended, runFiles.requests));
  const { status, text } = await visit(half.port, pathOf(ended));
  expect(status).toBe(200);
  expect(text).toContain('requests.csv cannot be read');
  await writeFile(join(folder, runFiles.requests), 'run_id,sui');
  expect(await ask(pathOf(folder))).toBe(200);
  expect(await ask(`${pathOf(folder)}/request/none`)).toBe(404);
  await mkdir(join(results, 'smoke', '20261125T031700Z-nothing'));
  await writeFile(join(results, 'smoke', '20261125T031700Z-nothing', runFiles.manifest), '{ "torn": ');
  expect(await ask('/')).toBe(200);
});
