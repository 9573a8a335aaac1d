import type { ComparisonFormat } from './comparison/comparison.ts';
import { json } from './comparison/comparison-json.ts';
import { markdown } from './comparison/comparison-markdown.ts';
import { table } from './comparison/comparison-table.ts';

/** Every way to show a comparison; `compare --format` offers exactly these. */
export const comparisonFormats: readonly ComparisonFormat[] = [table, markdown, json];
