import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ratingItem } from '../../score/rating-items.ts';
import type { Criterion, Prompt } from '../../suite/suite.ts';
import { openBrowser, withoutBrowser } from '../page/testing/browser.ts';
import { ratingPage } from './rating-page.ts';

const criterion: Criterion = {
  id: 'c',
  kind: 'ask',
  question: 'Right?',
  verdicts: { yes: 1, no: 0 },
  show: ['conversation', 'answer'],
};
const prompt: Prompt = {
  id: 'p',
  tags: [],
  messages: [{ role: 'user', content: 'Hello' }],
  params: {},
  checks: [],
};
const answer = (n: number, text: string): Parameters<typeof ratingItem>[0]['a'] => ({
  row: {
    ...{ event_id: `e${n}`, model: `secret-${n}`, route: 'demo', prompt_id: 'p', repeat: 1 },
    ...{ variant: undefined, vantage: undefined, version: undefined, level: undefined, visit: undefined },
  },
  text,
  toolCalls: [],
});
const run = { run_id: 'r', seed: 1 };
const asked = { id: 'c', question: 'Right?' };
const items = [
  ratingItem(
    {
      criterion,
      criterionHash: 'h',
      asked,
      prompt,
      a: answer(1, '</pre><script>window.hacked = 1</script>'),
    },
    run,
    'random',
  ),
  ratingItem({ criterion, criterionHash: 'h', asked, prompt, a: answer(2, 'two') }, run, 'random'),
  ratingItem(
    {
      criterion: { ...criterion, kind: 'prefer', verdicts: {} },
      criterionHash: 'i',
      asked,
      prompt,
      a: answer(3, 'three'),
      b: answer(4, 'four'),
    },
    run,
    'random',
    'ab',
  ),
];

test('the page names no model', () => {
  expect(ratingPage(items)).not.toContain('secret');
});

describe.skipIf(withoutBrowser !== undefined)('the page in a browser', () => {
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await openBrowser();
  }, 60_000);
  afterAll(() => browser?.close());

  test('keys rate, arrows lead back, and the verdicts are saved to a file', async () => {
    const page = await browser!.newPage();
    const faults: string[] = [];
    page.on('pageerror', ({ message }) => faults.push(message));
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    await page.setContent(ratingPage(items));
    const where = (): Promise<string | null> => page.locator('#where').textContent();
    expect(await where()).toBe('Item 1 of 3, 0 done');
    await page.keyboard.press('j');
    await page.keyboard.press('s');
    expect(await where()).toBe('Item 3 of 3, 2 done');
    await page.keyboard.press('t');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('k');
    await page.locator('article:not([hidden]) textarea').fill('so "so", k');
    await page.keyboard.press('Control+a');
    const [download] = await Promise.all([page.waitForEvent('download'), page.locator('#save').click()]);
    expect(download.suggestedFilename()).toBe('verdicts.csv');
    const [first, second, third] = items.map(({ id }) => id);
    expect(await readFile(await download.path(), 'utf8')).toBe(
      `item,verdict,comment\n"${first}","yes",""\n"${second}","no",""\n"${third}","tie","so ""so"", k"\n`,
    );
    expect(faults).toEqual([]);
    await page.close();
  });
});
