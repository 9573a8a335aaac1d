import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { historyColumns } from '../../analysis/history.ts';
import { verdictColumns, type VerdictRow } from '../../analysis/night-verdicts.ts';
import { decision, historyOf, nightRow, runIdOf, startOf } from '../../analysis/testing/nights.ts';
import { csvFile } from '../../journal/csv-file.ts';
import { openBrowser, seriousFindings, withoutBrowser } from '../../report/page/testing/browser.ts';
import { hostileTexts } from '../../report/page/testing/hostile.ts';
import { gatebench, scratch, type Scratch } from '../testing/gatebench.ts';

/** Code inside the page. It uses a browser's types, which this program does not have. */
declare const document: { documentElement: { scrollWidth: number } };
declare const window: { hacked?: number };

if (withoutBrowser !== undefined)
  console.warn(`Tests of the site in a browser are left out: ${withoutBrowser}.`);

/** Two suites. One of them has only hostile names. */
async function publishedSite(folder: string): Promise<string> {
  const [suite, model, , reason, says] = hostileTexts;
  const level = Array.from({ length: 16 }, (_, night) => (night < 8 ? 1000 : 1600) + (night % 3) * 10);
  const history = [
    ...historyOf({ a: level, b: level.map(() => 500) }, { ci_low: 400, ci_high: 2000, route: 'demo' }),
    { ...decision('drop', 3), reason: 'the network was down' },
    ...level.map((value, night) => nightRow(night, model, value, { suite })),
    { ...decision('accept', 2), suite, reason },
  ];
  const verdicts = level.map((_, night): VerdictRow => ({
    ...{
      at: startOf(night),
      run_id: runIdOf(night),
      routes: ['demo'],
      word: night % 2 ? 'pass' : 'incomplete',
    },
    ...{ suite: night % 3 ? 'nightly' : suite, metric: undefined, route: undefined, model: undefined, says },
    vantage: undefined,
  }));
  await mkdir(join(folder, 'history'));
  await writeFile(join(folder, 'history/history.csv'), csvFile(historyColumns, history));
  await writeFile(join(folder, 'history/verdicts.csv'), csvFile(verdictColumns, verdicts));
  expect(await gatebench(['publish', 'history', '--out', 'site'], folder)).toMatchObject({
    code: 0,
    stderr: '',
  });
  return pathToFileURL(join(folder, 'site/index.html')).href;
}

describe.skipIf(withoutBrowser !== undefined)('the site in a browser, from disk', () => {
  let browser: Browser;
  let home: Scratch;
  let site: string;
  beforeAll(async () => {
    home = await scratch();
    site = await publishedSite(home.path);
    browser = await openBrowser();
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await home[Symbol.asyncDispose]();
  });

  test('it asks for nothing, complains of nothing, and no name in it is markup', async () => {
    const page = await browser.newPage();
    const [asked, complaints]: [string[], string[]] = [[], []];
    page.on('request', (request) => asked.push(request.url()));
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(site);
    expect(asked.filter((url) => !url.startsWith('data:'))).toEqual([site]);
    expect(complaints).toEqual([]);
    expect(await page.evaluate(() => window.hacked)).toBeUndefined();
    // The link targets of the overview and the feed exist in the page.
    const links = await page.locator('a[href^="#suite-"]').all();
    expect(links).toHaveLength(2);
    for (const link of links)
      expect(await page.locator(`[id="${(await link.getAttribute('href'))!.slice(1)}"]`).count()).toBe(1);
  });

  test('without scripts everything is there, and fits a telephone, paper, and a dark screen', async () => {
    const page = await browser.newPage({ javaScriptEnabled: false, viewport: { width: 390, height: 800 } });
    await page.goto(site);
    expect(await page.locator('svg.plot:visible').count()).toBeGreaterThan(3);
    expect(await page.getByText('What the gate said').count()).toBe(2);
    const looked = await browser.newPage({ bypassCSP: true });
    await looked.goto(site);
    for (const width of [320, 390, 1400]) {
      await looked.setViewportSize({ width, height: 900 });
      expect(
        await looked.evaluate(() => document.documentElement.scrollWidth),
        `${width} px`,
      ).toBeLessThanOrEqual(width);
    }
    await looked.emulateMedia({ media: 'print' });
    expect(await looked.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(1400);
    for (const colorScheme of ['light', 'dark'] as const) {
      await looked.emulateMedia({ media: 'screen', colorScheme });
      expect(await seriousFindings(looked), colorScheme).toEqual([]);
    }
  });
});
