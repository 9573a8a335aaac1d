import { oneLine } from '../../base/text.ts';
import type { Paint } from '../paint.ts';
import { tableWidth, textTable, type TextColumn } from '../text-table.ts';
import { shorten, wrapped } from '../text-width.ts';
import type { ComparisonReport } from './comparison.ts';
import { pairColumn } from './pair-column.ts';
import { routeTables, rowTitle, type RouteTable } from './route-costs.ts';
import {
  differenceRangeText,
  differenceText,
  pText,
  ratioRangeText,
  ratioText,
  verdictCell,
} from './comparison-wording.ts';

/** A small table for each pair of routes: each model with what the one costs against the other. */
export function routeSections({ pairs }: ComparisonReport, columns: number, paint: Paint): string[][] {
  return routeTables(pairs).map((table) => [
    ...wrapped(`${table.routeB} − ${table.routeA}`, columns).map((line) => paint('strong', line)),
    ...textTable(fitted(routeColumns(table, columns), columns), paint),
  ]);
}

/** Where the room is short, the range of the ratio goes first, then p, then the ratio. */
function fitted(all: TextColumn[], columns: number): TextColumn[] {
  let left = all;
  for (const dropped of ['95 % of it', 'p', 'ratio'])
    if (tableWidth(left) > columns) left = left.filter(({ subtitle }) => subtitle !== dropped);
  return left;
}

function routeColumns({ rows }: RouteTable, columns: number): TextColumn[] {
  const pairs = rows.map(({ pair }) => pair);
  const nameRoom = Math.max(8, Math.floor(columns / 4));
  // A model is named on the first of its rows.
  const names = rows.map(({ model }, index) =>
    rows[index - 1]?.model === model ? '' : shorten(oneLine(model, 200), nameRoom),
  );
  return [
    { title: '', subtitle: 'model', align: 'left', cells: names.map((text) => ({ text })) },
    pairColumn('', 'left', pairs, rowTitle),
    pairColumn('more', 'right', pairs, ({ metric, difference }) => differenceText(metric, difference)),
    pairColumn('95 %', 'right', pairs, differenceRangeText),
    pairColumn('ratio', 'right', pairs, ({ ratio }) => ratioText(ratio)),
    pairColumn('95 % of it', 'right', pairs, ratioRangeText),
    pairColumn('p', 'right', pairs, ({ p_holm }) => pText(p_holm)),
    pairColumn('verdict', 'left', pairs, verdictCell),
  ];
}
