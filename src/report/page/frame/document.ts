import { createHash } from 'node:crypto';
import { markup, Html } from './html.ts';
import { script } from './script.ts';

export interface PageFrame {
  title: string;
  /** The style sheet, all of it: none is written elsewhere. */
  style: string;
  body: Html;
}

/**
 * The whole file. Its policy allows this style sheet and this script, by their hashes, and nothing else: no request
 * leaves the page, and markup that got in by a mistake of ours would neither run nor load.
 */
export function htmlDocument({ title, style, body }: PageFrame): string {
  const policy = [
    "default-src 'none'",
    `style-src '${hashOf(style)}'`,
    `script-src '${hashOf(script)}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const page = markup`<!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="${policy}">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="referrer" content="no-referrer">
    <meta name="robots" content="noindex">
    <title>${title}</title>
    <link rel="icon" href="data:,">
    <style>${new Html(style)}</style>
    </head>
    <body>
    ${body}
    <script>${new Html(script)}</script>
    </body>
    </html>
    `;
  return page.text;
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
