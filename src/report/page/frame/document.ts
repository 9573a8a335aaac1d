import { createHash } from 'node:crypto';
import { type Content, Html, markup } from './html.ts';

export interface PageFrame {
  title: string;
  /** The complete style sheet: no styles exist elsewhere. */
  style: string;
  body: Html;
  /** Script for this page, in addition to that of every page. */
  more?: string;
  /** Links to other files, for the page's head. */
  links?: Html;
}

/**
 * The complete file. Its policy allows this style sheet and this script, by their hashes, and nothing else: the page
 * makes no request, and markup that got in by a bug of ours would neither run nor load.
 */
export function htmlDocument(frame: PageFrame): string {
  const policy = [...ownPolicy(frame), "form-action 'none'"].join('; ');
  return documentText(frame, markup`<meta http-equiv="Content-Security-Policy" content="${policy}">`);
}

/**
 * As above, for a server, which sends the policy in a header: the page may call its own server, and may not be framed.
 */
export function servedDocument(frame: PageFrame): { html: string; policy: string } {
  const more = ["connect-src 'self'", "form-action 'self'", "frame-ancestors 'none'"];
  return { html: documentText(frame, undefined), policy: [...ownPolicy(frame), ...more].join('; ') };
}

const ownPolicy = ({ style, more = '' }: PageFrame): string[] => [
  "default-src 'none'",
  `style-src '${hashOf(style)}'`,
  `script-src '${hashOf(script + more)}'`,
  'img-src data:',
  "base-uri 'none'",
];

function documentText({ title, style, body, more = '', links }: PageFrame, policy: Content): string {
  const page = markup`<!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    ${policy}
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="referrer" content="no-referrer">
    <meta name="robots" content="noindex">
    <title>${title}</title>
    <link rel="icon" href="data:,">${links}
    <style>${new Html(style)}</style>
    </head>
    <body>
    ${body}
    <script>${new Html(script + more)}</script>
    </body>
    </html>
    `;
  return page.text;
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

/**
 * Script of the page: sorts a table by a column, and shows the words of a mark at the pointer. It reads only what is
 * already in the page.
 */
export const script = `'use strict';
(() => {
  const text = (cell) => cell.dataset.v ?? cell.textContent.trim();
  const isWord = (value) => value === '' || Number.isNaN(Number(value));
  const compare = (a, b, sign) => {
    if (isWord(a) !== isWord(b)) return isWord(a) ? 1 : -1;
    return sign * (isWord(a) ? a.localeCompare(b) : a - b);
  };
  const sort = (table, head, place) => {
    const now = head.getAttribute('aria-sort');
    const up = now === null ? head.dataset.most !== 'first' : now !== 'ascending';
    for (const other of table.tHead.rows[0].cells) other.removeAttribute('aria-sort');
    head.setAttribute('aria-sort', up ? 'ascending' : 'descending');
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row) => [text(row.cells[place]), row]);
    rows.sort(([a], [b]) => compare(a, b, up ? 1 : -1));
    body.append(...rows.map(([, row]) => row));
  };
  for (const table of document.querySelectorAll('main table:not(.paged)')) {
    if (table.tBodies[0].rows.length < 2) continue;
    [...table.tHead.rows[0].cells].forEach((head, place) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.append(...head.childNodes);
      button.addEventListener('click', () => sort(table, head, place));
      head.append(button);
    });
  }

  const unfold = () => document.getElementById(location.hash.slice(1))?.querySelector(':scope > details')?.setAttribute('open', '');
  addEventListener('hashchange', unfold);
  unfold();

  const tip = document.createElement('div');
  tip.className = 'tip';
  tip.hidden = true;
  document.body.append(tip);
  const words = new WeakMap();
  document.addEventListener('pointerover', ({ target }) => {
    const title = target.closest?.('svg')?.getAttribute('role') === 'img' ? target.querySelector(':scope > title') : null;
    if (title) {
      words.set(target, title.textContent);
      title.remove();
    }
    tip.hidden = !words.has(target);
    if (!tip.hidden) tip.textContent = words.get(target);
  });
  document.addEventListener('pointermove', ({ clientX, clientY }) => {
    if (tip.hidden) return;
    const left = Math.min(clientX + 14, innerWidth - tip.offsetWidth - 8);
    tip.style.left = Math.max(8, left) + 'px';
    tip.style.top = (clientY > 80 ? clientY - tip.offsetHeight - 12 : clientY + 18) + 'px';
  });
})();
`;
