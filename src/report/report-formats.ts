import { json } from './run-json.ts';
import { junit } from './run-junit.ts';
import { markdown } from './run-markdown.ts';
import type { OutputFormat } from './run-report.ts';
import { table } from './run-table.ts';

/** Every output format; `--format` offers exactly these. To add one: write its file, add its line. */
export const outputFormats: readonly OutputFormat[] = [table, markdown, json, junit];
