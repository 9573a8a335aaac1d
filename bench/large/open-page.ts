import { pathToFileURL } from 'node:url';
import { openBrowser } from '../../src/report/page/testing/browser.ts';

export interface Opened {
  /** Time from requesting the page until everything is loaded: the median of several. */
  loadSeconds: number;
  elements: number;
}

const times = 5;
/** As text, because we do not have the types of a browser. */
const seen = `({
  loadSeconds: performance.getEntriesByType('navigation')[0].loadEventStart / 1000,
  elements: document.querySelectorAll('*').length,
})`;

/** Opens a page in Chromium repeatedly, each time in a fresh window. */
export async function openPage(path: string): Promise<Opened> {
  const browser = await openBrowser();
  try {
    const opened: Opened[] = [];
    for (let time = 0; time < times; time++) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
      const page = await context.newPage();
      await page.goto(pathToFileURL(path).href, { waitUntil: 'load' });
      opened.push(await page.evaluate<Opened>(seen));
      await context.close();
    }
    return opened.sort((a, b) => a.loadSeconds - b.loadSeconds)[Math.floor(times / 2)]!;
  } finally {
    await browser.close();
  }
}
