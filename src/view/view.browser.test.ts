import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decision, historyOf } from '../analysis/testing/nights.ts';
import { trendReports } from '../cli/gate/execute-trend.ts';
import { gatebench, scratch, start, type Scratch } from '../cli/testing/gatebench.ts';
import { csvLines } from '../journal/csv-file.ts';
import { readManifest, writeManifest } from '../journal/manifest.ts';
import { requestColumns } from '../journal/request-columns.ts';
import { runFiles } from '../journal/run-folder.ts';
import { readRequests } from '../journal/read-journal.ts';
import { openBrowser, seriousFindings, withoutBrowser } from '../report/page/testing/browser.ts';
import { hostileRows, hostileTexts } from '../report/page/testing/hostile.ts';
import { row } from '../report/sheet/testing/runs.ts';
import { RunList } from './index/runs.ts';
import type { RunningViewer } from './server.ts';
import { pathOf, promptOf, settledRun, storedRun, suiteOf, viewerOf } from './testing/viewer.ts';

/** Code inside the page. It uses a browser's types, which this program does not have. */
declare const document: {
  documentElement: { scrollWidth: number };
  querySelector(selector: string): unknown;
};
declare const window: {
  hacked?: number;
};
declare function getSelection(): { selectAllChildren(node: unknown): void; removeAllRanges(): void };
declare function getComputedStyle(element: unknown): { maxHeight: string };

/** Some two dozen requests, which take about a second. */
const suite = `version: 1
name: live
models: [{ id: swift, model: custom-ollama/sim-swift }, { id: wordy, model: custom-ollama/sim-wordy }]
prompts:
  - { id: mosquito, tags: [fact], prompt: 'What is the blood type that attracts most mosquitoes?', checks: [{ type: contains, value: type O }] }
  - { id: planets, prompt: 'Name the planets.' }
run: { repeat: 6, warmup: 1, concurrency: 2 }
`;

/** Nights of models with hostile names, and a decision with a hostile reason. */
const history = [
  ...historyOf({ [hostileTexts[1]]: [100, 101, 99, 100], [hostileTexts[2]]: [200, 201, NaN, 200] }),
  decision('accept', 2, { model: hostileTexts[1], reason: hostileTexts[0] }),
];

if (withoutBrowser !== undefined)
  console.warn(`Tests of the viewer in a browser are left out: ${withoutBrowser}.`);

describe.skipIf(withoutBrowser !== undefined)('the viewer in a browser', () => {
  let browser: Browser;
  let home: Scratch;
  let viewer: RunningViewer;
  let results: string;
  let settled: string;
  const complaints: string[] = [];

  beforeAll(async () => {
    home = await scratch();
    results = join(home.path, 'results');
    settled = await settledRun(results, '20261122T031700Z-abcdef');
    await writeFile(join(home.path, 'live.yaml'), suite);
    const nights = { reports: trendReports(history), warnings: [hostileTexts[0]] };
    viewer = await viewerOf(results, { nights: () => Promise.resolve(nights) });
    browser = await openBrowser();
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await viewer.close();
    await home[Symbol.asyncDispose]();
    // On every page: no violation of the policy, no error of the script.
    expect(complaints).toEqual([]);
  });

  /** A user who has opened the printed address. */
  async function visitor(options: BrowserContextOptions = {}): Promise<BrowserContext> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    context.on('console', (message) => complaints.push(message.text()));
    context.on('weberror', (error) => complaints.push(error.error().message));
    // The door sets a cookie and redirects; no page needs to be drawn for that.
    const answer = await context.request.get(viewer.url);
    expect(answer.url()).toBe(`http://127.0.0.1:${viewer.port}/`);
    return context;
  }

  async function open(context: BrowserContext, path: string): Promise<Page> {
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${viewer.port}${path}`);
    return page;
  }

  const newestRun = async (name: string): Promise<string> => {
    const runs = new RunList(results, Date.now);
    await expect
      .poll(async () => (await runs.all()).some((run) => run.suite === name), { timeout: 20_000 })
      .toBe(true);
    return (await runs.all()).find((run) => run.suite === name)!.folder;
  };

  test('a run is seen from its first row to its last in eight tabs at once, none lost and none twice', async () => {
    const context = await visitor();
    const args = ['run', 'live.yaml', '--route', 'demo', '--quiet'];
    const ended = gatebench(args, home.path, {}, 4);
    const folder = await newestRun('live');
    const tabs = await Promise.all(Array.from({ length: 8 }, () => open(context, pathOf(folder))));
    expect((await ended).code).toBe(0);
    const written = (await Array.fromAsync(readRequests(folder))).map(({ event_id }) => event_id);
    expect(written).toHaveLength(26);
    for (const tab of tabs) {
      // A tab that was opened after the end shows the report.
      if ((await tab.locator('#live').count()) === 0) continue;
      await tab.locator('#state', { hasText: 'Ended (complete)' }).waitFor();
      const links = await tab
        .locator('#live tbody a')
        .evaluateAll((all) =>
          (all as unknown as { pathname: string }[]).map(({ pathname }) => pathname.split('/').at(-1)),
        );
      expect(links.toReversed()).toEqual(written);
      expect(await tab.locator('#models').innerText()).toMatch(/swift\s+12\s+0/);
    }
    await context.close();
  }, 60_000);

  test('nothing moves under a reader, and what came meanwhile is shown afterward, even if the run is over', async () => {
    const rows = Array.from({ length: 4 }, (_, n) => row({ event_id: `event-${n}` }));
    const facts = { run_id: '20261118T031700Z-reader', status: 'running' } as const;
    const folder = await storedRun(results, rows.slice(0, 2), facts);
    const context = await visitor();
    const page = await open(context, pathOf(folder));
    const shown = page.locator('#live tbody tr');
    expect(await shown.count()).toBe(2);
    await page.locator('h1').evaluate((heading) => getSelection().selectAllChildren(heading));
    await appendFile(join(folder, runFiles.requests), csvLines(requestColumns, rows.slice(2)));
    await writeManifest(folder, { ...(await readManifest(folder)), status: 'complete' });
    await page.locator('#state', { hasText: 'Ended (complete)' }).waitFor();
    await page.locator('#waiting', { hasText: '2 new' }).waitFor();
    expect(await shown.count()).toBe(2);
    await page.evaluate(() => getSelection().removeAllRanges());
    await shown.nth(3).waitFor();
    expect(await page.locator('#waiting').innerText()).toBe('');
    await context.close();
  });

  test('a run that is killed is said to have stopped, with the way to go on', async () => {
    const context = await visitor();
    const { child, finished } = start(
      ['run', '../live.yaml', '--route', 'demo', '--quiet', '--results', 'results', '--repeat', '500'],
      await makeFolder('killed'),
    );
    const killedResults = join(home.path, 'killed', 'results');
    await using other = await runningViewer(killedResults);
    const runs = new RunList(killedResults, Date.now);
    await expect.poll(async () => (await runs.all())[0]?.state, { timeout: 30_000 }).toBe('running');
    const folder = (await runs.all())[0]!.folder;
    const page = await context.newPage();
    await page.goto(other.viewer.url);
    await page.goto(`http://127.0.0.1:${other.viewer.port}${pathOf(folder)}`);
    await page.locator('#live tbody tr').first().waitFor();
    child.kill('SIGKILL');
    await finished;
    await page.locator('#state', { hasText: 'Stopped before its end' }).waitFor();
    expect(await page.locator('#state').innerText()).toContain(`run --resume ${folder}`);
    await context.close();
  }, 60_000);

  async function makeFolder(name: string): Promise<string> {
    await mkdir(join(home.path, name), { recursive: true });
    return join(home.path, name);
  }

  async function runningViewer(of: string): Promise<AsyncDisposable & { viewer: RunningViewer }> {
    const running = await viewerOf(of);
    return { viewer: running, [Symbol.asyncDispose]: () => running.close() };
  }

  test('the prompt on which two models differ, and why, is three clicks from the list of runs', async () => {
    const context = await visitor();
    const page = await open(context, '/');
    await page.locator(`a[href="${pathOf(settled)}"]`).click();
    await page.getByRole('navigation', { name: 'Viewer' }).getByRole('link', { name: 'Answers' }).click();
    await page.getByLabel('only where they differ').check();
    await page.getByRole('button', { name: 'Show' }).click();
    expect(await page.locator('.grid-prompt h3').allInnerTexts()).toEqual([
      expect.stringMatching(/^p3\s+mail/),
    ]);
    expect(await page.locator('.grid-prompt').innerText()).toContain(
      'contains: "type O" is not in the answer',
    );
    expect(await page.locator('del').first().isVisible()).toBe(false);
    await page.getByLabel(/mark words/).check();
    expect(await page.locator('.grid-cell ins').allInnerTexts()).not.toEqual([]);
    await page.getByRole('link', { name: 'request', exact: true }).first().click();
    await page.locator('#timeline').waitFor();
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('p3');
    await context.close();
  });

  test('the keyboard alone filters, turns pages, opens a request and goes back', async () => {
    const context = await visitor();
    const page = await open(context, `${pathOf(settled)}/requests`);
    await page.getByLabel('Model').focus();
    await page.keyboard.type('glm');
    await page.getByRole('button', { name: 'Show' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/model=glm/);
    expect(await page.locator('.pages').first().innerText()).toContain('of 30');
    await page.getByRole('link', { name: 'e2e_latency_ms' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/order=e2e_latency_ms/);
    expect(page.url()).toContain('model=glm');
    await page.locator('tbody a').first().focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/request\/glm-0/);
    await page.goBack();
    expect(page.url()).toContain('order=e2e_latency_ms');
    expect(await page.locator('tbody tr').count()).toBe(30);
    await context.close();
  });

  test('a printed page has every column, the whole answer, and only the filters that are set', async () => {
    const context = await visitor({ viewport: { width: 1010, height: 700 } });
    const page = await open(context, `${pathOf(settled)}/requests?model=glm`);
    await page.emulateMedia({ media: 'print' });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(1010);
    const shown = (label: string): Promise<boolean> => page.getByLabel(label).isVisible();
    expect([await shown('Model'), await shown('Status'), await shown('Prompt')]).toEqual([
      true,
      false,
      false,
    ]);
    expect(await page.getByRole('button').isVisible()).toBe(false);
    await page.goto(`http://127.0.0.1:${viewer.port}${pathOf(settled)}/request/glm-3`);
    const height = (): Promise<string> =>
      page.locator('#text pre').evaluate((answer) => getComputedStyle(answer).maxHeight);
    expect(await height()).toBe('none');
    await page.emulateMedia({ media: 'screen' });
    expect(await height()).not.toBe('none');
    await context.close();
  });

  test('hostile words are text on every page and in the news of a run under way', async () => {
    const rows = hostileRows();
    const answers = rows.map(({ event_id }) => ({ event_id, answer: hostileTexts.join('\n') }));
    const prompts = [...new Set(rows.map(({ prompt_id }) => prompt_id))].map((id) =>
      promptOf(id, [hostileTexts[2]]),
    );
    const facts = { run_id: rows[0]!.run_id, suite: suiteOf(prompts, 'hostile') };
    const names = { ...facts, run_id: '20261120T031700Z-hostil' };
    const own = rows.map((one) => ({ ...one, run_id: names.run_id }));
    const folder = await storedRun(results, own, names, answers);
    const live = await storedRun(
      results,
      own,
      { ...names, run_id: '20261119T031700Z-hostil', status: 'running' },
      answers,
    );
    const request = `${pathOf(folder)}/request/${encodeURIComponent(rows[0]!.event_id)}`;
    const asked = `${pathOf(folder)}/requests?model=${encodeURIComponent(hostileTexts[1])}`;
    const wrong = `/${encodeURIComponent(hostileTexts[0])}`;
    // With a policy that protects the page, and without one.
    for (const [bypassCSP, paths] of [
      [false, [`${pathOf(folder)}/answers`]],
      [
        true,
        ['/', '/nights', pathOf(folder), `${pathOf(folder)}/answers`, asked, request, pathOf(live), wrong],
      ],
    ] as const) {
      const context = await visitor({ bypassCSP });
      const page = await open(context, '/');
      for (const path of paths) {
        await page.goto(`http://127.0.0.1:${viewer.port}${path}`);
        if (path === pathOf(live)) await page.locator('#state', { hasText: 'Stopped' }).waitFor();
        expect(await page.evaluate(() => window.hacked)).toBeUndefined();
        expect(await page.locator('script').count()).toBe(1);
        expect(await page.locator('img').count()).toBe(0);
      }
      await context.close();
    }
    // A missing page is an error that the browser reports.
    expect(complaints.splice(0).filter((text) => !text.includes('404'))).toEqual([]);
  }, 60_000);

  test('nothing serious is found by axe, light or dark, and nothing scrolls sideways at 320 px', async () => {
    const context = await visitor({ viewport: { width: 320, height: 800 }, bypassCSP: true });
    const run = pathOf(settled);
    const page = await open(context, '/');
    const paths = [
      '/',
      `${run}/answers`,
      `${run}/requests`,
      `${run}/request/glm-3`,
      '/compare',
      '/nights',
      '/none',
    ];
    for (const [index, path] of paths.entries()) {
      await page.emulateMedia({ colorScheme: index % 2 === 0 ? 'dark' : 'light' });
      await page.goto(`http://127.0.0.1:${viewer.port}${path}`);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      expect({ path, width, found: await seriousFindings(page) }).toEqual({ path, width: 320, found: [] });
    }
    await context.close();
    expect(complaints.splice(0).filter((text) => !text.includes('404'))).toEqual([]);
  }, 60_000);
});
