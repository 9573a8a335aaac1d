import { pairColumns } from '../../analysis/summary-columns.ts';
import { jsonText, rowObject, runObject } from '../run-json.ts';
import type { ComparisonFormat } from './comparison.ts';

/** For programs: `{ run, pairs, warnings }`, with the columns of `pairs.csv` as keys. */
export const json: ComparisonFormat = {
  name: 'json',
  extension: '.json',
  render: ({ run, before, by = 'model', answer, margin, pairs, groups, explanations, warnings }) =>
    jsonText({
      run: runObject(run),
      ...(before ? { before: runObject(before) } : {}),
      by: before ? 'run' : by,
      margin,
      answer,
      pairs: pairs.map((row) => rowObject(pairColumns, row)),
      groups,
      explanations,
      warnings,
    }),
};
