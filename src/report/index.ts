import { json } from './json.ts';
import { junit } from './junit.ts';
import { markdown } from './markdown.ts';
import type { OutputFormat } from './report.ts';
import { table } from './table.ts';

/** Every output format; `--format` offers exactly these. To add one: write its file, add its line. */
export const outputFormats: readonly OutputFormat[] = [table, markdown, json, junit];
