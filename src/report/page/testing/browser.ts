import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import { chromium, type Browser, type Page } from 'playwright-core';

/** Code inside the page. It uses a browser's types, which this program does not have. */
declare const document: unknown;
declare const window: { axe: { run(context: unknown, options: object): Promise<AxeResults> } };

const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

const named = process.env['CHROMIUM_PATH'];
const found = (named === undefined ? usualPlaces : [named]).find((place) => existsSync(place));

/** Why tests in a browser are skipped. Undefined if there is one, or if the tools are required. */
export const withoutBrowser =
  found === undefined && process.env['GATEBENCH_REQUIRE_TOOLS'] === undefined
    ? 'no Chromium found: install one or set CHROMIUM_PATH'
    : undefined;

/** Starts Chromium without any traffic of its own. Throws if there is none. */
export async function openBrowser(): Promise<Browser> {
  if (found === undefined)
    throw new Error(
      'GATEBENCH_REQUIRE_TOOLS is set, but no Chromium was found: install one or set CHROMIUM_PATH',
    );
  return chromium.launch({
    executablePath: found,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // As few processes as possible: starting one takes longer than drawing most pages.
      '--renderer-process-limit=1',
      '--in-process-gpu',
      // Each window would draw the suggestions of an address bar that nobody sees, for a third of a second.
      // This replaces Playwright's own list; nothing in it matters to pages of ours.
      '--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup',
    ],
  });
}

/** Serious and critical findings of axe: rule and place. */
export async function seriousFindings(page: Page): Promise<string[]> {
  await page.addScriptTag({
    content: readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'),
  });
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes
          .slice(0, 3)
          .map(({ html }) => html.slice(0, 160))
          .join(' | ')}`,
    );
}
