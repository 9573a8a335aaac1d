import { markdownTable, type Options } from 'markdown-table';
import { displayWidth } from '../base/display-width.ts';
import { oneLine } from '../base/text.ts';

/** Text without any Markdown: no emphasis, links, bare addresses, HTML, mentions, lists or table cells. */
export function literal(text: string): string {
  return (
    oneLine(text)
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replace(/[\\`*_[\]~#]/g, '\\$&')
      .replace(/^[-+>]/, '\\$&')
      .replace(/^(\d+)([.)])/, '$1\\$2')
      .replaceAll('|', '&#124;')
      .replaceAll('@', '@\u200b')
      // A bare address would become a link, wherever it leads.
      .replace(/:(?=\/\/)|\bwww(?=\.)/gi, '$&\u200b')
  );
}

/** A name as written, in a code span, which also keeps `@name` and `#1` from becoming links. */
export function code(text: string): string {
  const clean = oneLine(text, 200);
  if (clean === '') return '';
  const longest = Math.max(0, ...(clean.match(/`+/g) ?? []).map((ticks) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  const blank = longest > 0 ? ' ' : '';
  return fence + blank + clean + blank + fence;
}

/** As above, in a table, where a code span cannot hold a `|` together with a `\\`. */
export const codeCell = (text: string): string => (text.includes('|') ? literal(text) : code(text));

/** A table of rows, the head first. Columns line up even with wide characters. */
export const alignedTable = (rows: readonly (readonly string[])[], align: Options['align']): string =>
  markdownTable(
    rows.map((row) => [...row]),
    { ...(align ? { align } : {}), stringLength: displayWidth },
  );
