import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FloatRows, Floats } from './floats.ts';

const cell = fc.record({ row: fc.nat(20), column: fc.nat(2), value: fc.double() });

test('rows in one block hold what a block for each column does', () => {
  fc.assert(
    fc.property(fc.array(cell), (cells) => {
      const rows = new FloatRows(3);
      const columns = [new Floats(), new Floats(), new Floats()];
      for (const { row, column, value } of cells) {
        rows.set(row, column, value);
        columns[column]!.set(row, value);
      }
      expect(rows.length).toBe(Math.max(...columns.map(({ length }) => length)));
      for (let row = 0; row < 22; row++)
        expect(columns.map((_, column) => rows.get(row, column))).toEqual(columns.map((one) => one.get(row)));
    }),
  );
});
