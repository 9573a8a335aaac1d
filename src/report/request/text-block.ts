import { cleanLines, count, cut } from '../../base/text.ts';
import type { Paint } from '../paint.ts';
import { broken } from '../text-width.ts';

/** Far more than is shown: the rest is not examined. */
const mostCharacters = 20_000;
const margin = '│ ';

/**
 * Text of a model, line by line behind a margin, so that it cannot look like a line of ours. What is left out is
 * counted.
 */
export function textBlock(text: string, most: number, columns: number, paint: Paint): string[] {
  const lines = cleanLines(cut(text, mostCharacters)).flatMap((line) =>
    broken(line, columns - margin.length),
  );
  const shown = lines.length > most ? lines.slice(0, most - 1) : lines;
  const mark = paint('quiet', margin.trimEnd());
  const isWhole = shown.length === lines.length && text.length <= mostCharacters;
  return [
    ...shown.map((line) => `${mark} ${line}`.trimEnd()),
    ...(isWhole ? [] : [`${mark} ${paint('quiet', rest(text, lines.length - shown.length))}`]),
  ];
}

function rest(text: string, lines: number): string {
  if (text.length > mostCharacters) return '… and much more: --json shows all of it';
  return `… ${count(lines, 'more line')}: --json shows all of it`;
}
