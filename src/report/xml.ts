import { oneLine } from '../base/text.ts';

/** Text from outside for an XML attribute or element: one line, nothing that XML 1.0 forbids or gives a meaning to. */
export function xmlText(text: string, limit = 2000): string {
  return oneLine(text, limit)
    .toWellFormed()
    .replace(/[\ufffe\uffff]/g, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;');
}
