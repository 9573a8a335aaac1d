import type { ComparisonFormat } from './comparison/comparison.ts';
import { json as comparisonJson } from './comparison/comparison-json.ts';
import { markdown as comparisonMarkdown } from './comparison/comparison-markdown.ts';
import { table as comparisonTable } from './comparison/comparison-table.ts';
import { badge, json as gateJson } from './gate/gate-json.ts';
import { junit as gateJunit } from './gate/gate-junit.ts';
import { comment } from './gate/gate-markdown.ts';
import type { GateFormat } from './gate/gate-report.ts';
import { json } from './run-json.ts';
import { junit } from './run-junit.ts';
import { markdown } from './run-markdown.ts';
import { openmetrics } from './run-openmetrics.ts';
import type { OutputFormat } from './run-report.ts';
import { table } from './run-table.ts';

/** Every output format; `--format` offers exactly these. To add one: write its file, add its line. */
export const outputFormats: readonly OutputFormat[] = [table, markdown, json, junit, openmetrics];

/** Every format of a comparison. `compare --format` offers exactly these. */
export const comparisonFormats: readonly ComparisonFormat[] = [
  comparisonTable,
  comparisonMarkdown,
  comparisonJson,
];

/** Every file that `gate --github` writes. */
export const gateFiles: readonly GateFormat[] = [gateJson, gateJunit, badge, comment];
