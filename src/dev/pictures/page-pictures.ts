import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openBrowser } from '../../report/page/testing/browser.ts';

/** Size of a desktop window. */
const view = { viewport: { width: 1120, height: 900 }, deviceScaleFactor: 1 };

/**
 * The decision and the ranking of a page, with its long lists collapsed, as `report-light.png` and `report-dark.png`.
 */
export async function pagePictures(page: string, folder: string): Promise<string[]> {
  const browser = await openBrowser();
  try {
    const paths: string[] = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      const path = join(folder, `report-${colorScheme}.png`);
      const opened = await browser.newPage({ ...view, colorScheme });
      await opened.goto(pathToFileURL(page).href);
      for (const list of await opened.locator('details[open] > summary').all()) await list.click();
      // Boxes are measured from the top of the window.
      await opened.evaluate('scrollTo(0, 0)');
      const top = await opened.locator('#decision').boundingBox();
      const bottom = await opened.locator('#ranking').boundingBox();
      const margin = 24;
      const y = top!.y - margin;
      const clip = { x: 0, y, width: view.viewport.width, height: bottom!.y + bottom!.height + margin - y };
      await opened.screenshot({ path, clip, fullPage: true });
      paths.push(path);
    }
    return paths;
  } finally {
    await browser.close();
  }
}
