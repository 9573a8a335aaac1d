import type { ComparisonFormat } from './comparison.ts';
import { json } from './json.ts';
import { markdown } from './markdown.ts';
import { table } from './table.ts';

/** Every way to show a comparison; `compare --format` offers exactly these. */
export const comparisonFormats: readonly ComparisonFormat[] = [table, markdown, json];
