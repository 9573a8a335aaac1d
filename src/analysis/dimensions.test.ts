import { describe, expect, test } from 'vitest';
import type { Column } from '../base/column.ts';
import { manifestOf } from '../journal/testing/manifest.ts';
import { judgementColumns, ratingColumns } from '../journal/quality-columns.ts';
import { identityColumns, requestColumns } from '../journal/request-columns.ts';
import { cell, prompt } from '../plan/testing/planned.ts';
import { cellColumns, cellName, dimensions, laterColumns, severalIn, waysOf } from '../plan/cell.ts';
import { tagColumns } from '../report/tags/tag-columns.ts';
import { analyse } from './analyse.ts';
import { levelColumns, limitColumns } from './level-columns.ts';
import { nightColumns } from './night-figures.ts';
import { qualityColumns } from './quality/quality-columns.ts';
import { modelColumns, pairColumns } from './summary-columns.ts';
import { row } from './testing/rows.ts';

const later = laterColumns.map(({ name }) => name);
const tables: Record<string, { columns: readonly Pick<Column, 'name'>[]; names: readonly string[] }> = {
  'requests.csv': { columns: requestColumns, names: cellColumns },
  'models.csv': { columns: modelColumns, names: cellColumns },
  'pairs.csv': { columns: pairColumns, names: later },
  'levels.csv': { columns: levelColumns, names: cellColumns },
  'limits.csv': { columns: limitColumns, names: cellColumns },
  'quality.csv': { columns: qualityColumns, names: cellColumns },
  'nights.csv': { columns: nightColumns, names: cellColumns },
  'judgements.csv': { columns: judgementColumns, names: later },
  'ratings.csv': { columns: ratingColumns, names: later },
  'report --by tag': { columns: tagColumns, names: cellColumns },
  'what the plan gives a row': { columns: identityColumns.map((name) => ({ name })), names: cellColumns },
};

test.each(Object.entries(tables))('%s has a column for every name of a cell', (_, { columns, names }) => {
  const own = columns.map(({ name }) => name);
  expect(own.filter((name) => names.includes(name)).sort()).toEqual([...names].sort());
});

describe.each(dimensions)(
  'two cells that differ by their $column.name alone',
  ({ column, isPaired, plural }) => {
    const manifest = manifestOf({
      suite: {
        ...manifestOf().suite,
        models: [cell('a').model, cell('b').model],
        prompts: [prompt('p1'), prompt('p2')],
        thresholds: [
          {
            ...{ metric: 'mean(e2e_latency_ms)', statistic: 'mean', column: 'e2e_latency_ms' },
            ...{ max: 1, strict: false, line: 1 },
          },
        ],
      },
    });
    const rows = ['x', 'y'].flatMap((name) =>
      ['a', 'b'].flatMap((model) =>
        [1, 2, 3].map((repeat) =>
          row({
            ...{ model, [column.name]: name, repeat, event_id: `${name}${model}${repeat}` },
            ...{ e2e_latency_ms: 100, ttft_ms: 10, server_total_ms: 90, eval_ms: 80 },
            ...{ prompt_tokens: 10, cached_tokens: 5, passed: false, failed_checks: ['contains'] },
          }),
        ),
      ),
    );
    const cells = ['x', 'y'].flatMap((name) => ['a', 'b'].map((model) => ({ model, [column.name]: name })));

    test('are two in every figure of a run', async () => {
      const { report, collected, thresholds } = await analyse(rows, manifest);
      const { models, serverTimes, failedChecks, quality, promptCaches } = report;
      for (const [table, figures] of Object.entries({
        ...{ cells: collected.cells, models, serverTimes, failedChecks, promptCaches, thresholds },
        quality: quality!.rows,
      })) {
        expect(figures, table).toHaveLength(cells.length);
        for (const one of cells) expect(figures, table).toContainEqual(expect.objectContaining(one));
      }
    });

    test('are of two lists, and have two names', async () => {
      const { report, comparison, collected } = await analyse(rows, manifest);
      const ways = waysOf(collected.cells);
      expect(severalIn(ways)).toEqual([column.name]);
      expect(ways[plural]).toEqual(['x', 'y']);
      expect(new Set(collected.cells.map((one) => cellName(one, ways))).size).toBe(cells.length);
      expect(report.leads!.map((list) => list[column.name])).toEqual(['x', 'y']);
      expect(new Set(comparison.groups.map((group) => group[column.name]))).toEqual(new Set(['x', 'y']));
      // Two pairs of models and, where routes are compared by default, two pairs of routes.
      expect(comparison.pairs.filter(({ metric }) => metric === 'e2e_latency_ms')).toHaveLength(
        isPaired ? 4 : 2,
      );
    });
  },
);
