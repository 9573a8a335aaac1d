import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compareRuns } from '../../analysis/compare.ts';
import { comparePageData } from './compare/compare-data.ts';
import { renderComparePage } from './compare-page.ts';
import { renderPage } from './render-page.ts';
import { openBrowser, seriousFindings, withoutBrowser } from './testing/browser.ts';
import { hostileRows, hostileTexts } from './testing/hostile.ts';
import { samplePage, sampleReport } from './testing/sample-page.ts';
import { sampleRows } from './testing/sample-run.ts';

/** Code inside the page. It uses a browser's types, which this program does not have. */
interface Looked {
  getAttribute(name: string): string | null;
}
declare const getComputedStyle: (of: Looked) => Record<'backgroundColor' | 'color' | 'outlineStyle', string>;
declare const document: {
  body: Looked;
  activeElement: Looked;
  documentElement: { scrollWidth: number };
  querySelectorAll(selector: string): ArrayLike<unknown>;
};
declare const window: {
  hacked?: number;
};

interface Options {
  bypassCSP?: boolean;
  javaScriptEnabled?: boolean;
  colorScheme?: 'light' | 'dark';
  viewport?: { width: number; height: number };
}

const rows = [...sampleRows({ prompts: 6, repeats: 2, route: 'demo' })];
const answers = new Map(
  rows.map(({ event_id }) => [event_id, { answer: 'Type O.', reasoning: '', isCut: false }]),
);

if (withoutBrowser !== undefined)
  console.warn(`Tests of the page in a browser are left out: ${withoutBrowser}.`);

describe.skipIf(withoutBrowser !== undefined)('the page in a browser', () => {
  let browser: Browser | undefined;
  let report: string;
  beforeAll(async () => {
    browser = await openBrowser();
    report = renderPage(await samplePage(rows, { answers, warnings: ['Run gatebench calibrate.'] }));
  }, 60_000);
  afterAll(() => browser?.close());

  /** By what cannot be changed after a page is open. A new page takes as long as a whole test on it. */
  const pages = new Map<string, Page>();

  /** A page with only this content, cut off from every network, and its complaints. */
  async function open(html: string, options: Options = {}): Promise<{ page: Page; complaints: string[] }> {
    const { colorScheme = 'light', viewport = { width: 1280, height: 900 }, ...lasting } = options;
    const key = JSON.stringify(lasting);
    const page = pages.get(key) ?? (await browser!.newPage(lasting));
    pages.set(key, page);
    page.removeAllListeners();
    await page.goto('about:blank');
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme, media: 'screen' });
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith('data:')) complaints.push(`request: ${request.url()}`);
    });
    await page.setContent(html);
    return { page, complaints };
  }

  test('opens without a complaint, a request or a breach of its own policy', async () => {
    const { page, complaints } = await open(report);
    expect(complaints).toEqual([]);
    expect(await page.locator('main table thead button').count()).toBeGreaterThan(20);
  });

  test.each([
    ['light', 1280],
    ['dark', 375],
  ] as const)('has no serious finding of accessibility in %s at %i px', async (colorScheme, width) => {
    const { page } = await open(report, { colorScheme, viewport: { width, height: 800 }, bypassCSP: true });
    await page.evaluate(() => {
      for (const details of Array.from(document.querySelectorAll('details')) as { open: boolean }[])
        details.open = true;
    });
    expect(await seriousFindings(page)).toEqual([]);
  });

  test('is light or dark as its reader is, and light on paper, without what only a screen needs', async () => {
    const { page } = await open(report, { colorScheme: 'light' });
    const look = (): Promise<string> =>
      page.evaluate(() => {
        const { backgroundColor, color } = getComputedStyle(document.body);
        return `${backgroundColor} ${color}`;
      });
    const light = await look();
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await look()).not.toBe(light);
    expect(await page.locator('nav').isVisible()).toBe(true);
    await page.emulateMedia({ colorScheme: 'dark', media: 'print' });
    expect(await look()).toBe(light);
    expect(await page.locator('nav').isVisible()).toBe(false);
    // No heading without content.
    expect(await page.locator('#answers, #timeline').first().isVisible()).toBe(false);
    expect(await page.locator('#ranking').isVisible()).toBe(true);
  });

  test('shows where the keyboard is, in wide tables, too', async () => {
    const { page } = await open(report);
    await page.keyboard.press('Tab');
    const outline = (): Promise<string> =>
      page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
    expect(await outline()).toBe('solid');
    await page.locator('#ranking > .scroll').focus();
    expect(await page.evaluate(() => document.activeElement.getAttribute('role'))).toBe('region');
  });

  test('answers before one scrolls, on a telephone too', async () => {
    const { page } = await open(report, { viewport: { width: 390, height: 844 } });
    const box = await page.locator('.first-line').boundingBox();
    expect(box!.y + box!.height).toBeLessThan(844);
    expect(box!.y).toBeLessThan(400);
  });

  test('does not scroll sideways on a telephone, however wide its tables are', async () => {
    const { page } = await open(report, { viewport: { width: 375, height: 800 } });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(375);
    expect(
      await page
        .locator('#ranking > .scroll')
        .evaluate((box) => (box as unknown as { scrollWidth: number }).scrollWidth),
    ).toBeGreaterThan(375);
  });

  test('can be read without a script: all text is there, pictures and the filter work', async () => {
    const { page } = await open(report, { javaScriptEnabled: false });
    expect(await page.locator('#picture-ranking .wide svg').isVisible()).toBe(true);
    expect(await page.locator('#ranking > .scroll tbody tr').count()).toBe(5);
    await page.getByRole('checkbox', { name: 'kimi-k2.6' }).uncheck();
    expect(await page.locator('#ranking > .scroll tbody tr.m3').isVisible()).toBe(false);
    expect(await page.locator('#picture-ranking .wide .m3').first().isVisible()).toBe(false);
    expect(await page.locator('#ranking > .scroll tbody tr.m0').isVisible()).toBe(true);
  });

  test('shows what is not needed to choose when somebody asks for it, by its link too', async () => {
    const { page } = await open(report);
    expect(await page.locator('#decision .cards').isVisible()).toBe(true);
    expect(await page.locator('#picture-timeline').isVisible()).toBe(false);
    await page.getByRole('link', { name: 'Timeline' }).click();
    await page.locator('#picture-timeline').waitFor();
  });

  test('with all answers filters them without a script, and marks the words that differ', async () => {
    const html = renderPage(await samplePage(rows, { answers, allAnswers: true }));
    const { page, complaints } = await open(html, { javaScriptEnabled: false });
    const shown = (): Promise<number> => page.locator('.grid-prompt:visible').count();
    expect(await shown()).toBe(6);
    expect(await page.locator('.grid-prompt').first().locator('.grid-cell').count()).toBe(5);
    await page.getByLabel('only failures').check();
    expect(await shown()).toBeLessThan(6);
    await page.getByLabel('only failures').uncheck();
    await page.getByLabel(/mark words/).check();
    expect(complaints).toEqual([]);
  });

  test('sorts a table by a column and back, by keyboard', async () => {
    const { page } = await open(report);
    const table = page.locator('#ranking > .scroll table');
    const firstNames = async (): Promise<string[]> => table.locator('tbody th').allInnerTexts();
    const given = await firstNames();
    await table.getByRole('button', { name: 'Model' }).focus();
    await page.keyboard.press('Enter');
    expect(await firstNames()).toEqual(given.toSorted());
    expect(await table.locator('thead th').first().getAttribute('aria-sort')).toBe('ascending');
    await page.keyboard.press('Enter');
    expect(await firstNames()).toEqual(given.toSorted().toReversed());
    await table.getByRole('button', { name: /TTFT/ }).click();
    expect((await firstNames())[0]).toBe('qwen3.5-small');
    // If more is better, the best is first.
    await table.getByRole('button', { name: 'Passed' }).click();
    const passed = await table.locator('tbody tr td:nth-child(4)').allInnerTexts();
    expect(passed.map(Number.parseFloat)).toEqual(passed.map(Number.parseFloat).toSorted((a, b) => b - a));
  });

  test('explains a mark when the pointer is on it', async () => {
    const { page } = await open(report);
    await page
      .locator('#picture-ranking .wide g.m3[fill] path, #picture-ranking .wide path.m3')
      .last()
      .hover({ force: true });
    expect(await page.locator('.tip').innerText()).toMatch(/^kimi-k2.6: /);
  });

  test('is skipped through by keyboard', async () => {
    const { page } = await open(report);
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').innerText()).toBe('Skip to the results');
    await page.keyboard.press('Enter');
    expect(await page.locator(':focus').getAttribute('id')).toBe('main');
  });

  test('takes hostile words for text, even where no policy protects it', async () => {
    const hostile = renderPage(
      await samplePage(hostileRows(), {
        facts: { description: hostileTexts[1] },
        warnings: hostileTexts,
        questions: new Map(hostileRows().map(({ prompt_id }) => [prompt_id, hostileTexts[0]])),
        answers: new Map(
          hostileRows().map(({ event_id }) => [
            event_id,
            { answer: hostileTexts.join('\n'), reasoning: hostileTexts[4], isCut: true },
          ]),
        ),
      }),
    );
    for (const bypassCSP of [false, true]) {
      const { page, complaints } = await open(hostile, { bypassCSP });
      for (const mark of await page.locator('#picture-ranking .wide path').all())
        await mark.hover({ force: true });
      await page.locator('#ranking thead button').first().click();
      expect(await page.evaluate(() => window.hacked)).toBeUndefined();
      expect(complaints).toEqual([]);
      expect(await page.locator('script').count()).toBe(1);
      expect(await page.locator('img').count()).toBe(0);
      expect(await page.locator('h1').innerText()).toBe(hostileTexts[0]);
    }
  });

  test('of two runs is as sound', async () => {
    const [before, after] = await Promise.all(
      ['before', 'after'].map((seed) => sampleReport([...sampleRows({ prompts: 6, repeats: 2, seed })])),
    );
    const { pairs } = compareRuns(before!.collected, after!.collected);
    const html = renderComparePage(
      comparePageData({ before: before!, after: after!, pairs, explanations: [], warnings: [] }),
    );
    const { complaints } = await open(html);
    expect(complaints).toEqual([]);
    const { page: narrow } = await open(html, { viewport: { width: 375, height: 800 }, bypassCSP: true });
    expect(await narrow.evaluate(() => document.documentElement.scrollWidth)).toBe(375);
    expect(await seriousFindings(narrow)).toEqual([]);
  });
});
