import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Cells, pack, unpack, type WireRecord } from './record.ts';

const names = Object.keys(new Cells()) as (keyof Cells)[];
const cells = fc
  .array(fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(NaN)), {
    minLength: names.length,
    maxLength: names.length,
  })
  .map((values) =>
    Object.assign(new Cells(), Object.fromEntries(names.map((name, place) => [name, values[place]!]))),
  );
const bytes = fc.uint8Array({ maxLength: 300 });
const failure = fc.option(
  fc.record({
    status: fc.constantFrom('error', 'timeout', 'cancelled'),
    family: fc.constantFrom('client', 'network'),
    code: fc.string(),
    message: fc.string({ unit: 'grapheme' }),
    isLost: fc.boolean(),
  }),
  { nil: undefined },
);

const record = fc
  .record({
    cells,
    reads: fc.array(fc.tuple(fc.double(), fc.nat(), fc.double())),
    head: bytes,
    body: bytes,
    failure,
  })
  .map(({ cells: all, reads, failure: failed, ...rest }): WireRecord => {
    const one = { cells: all, ...rest, reads: Float64Array.from(reads.flat()) };
    return failed ? { ...one, failure: failed } : one;
  });

test('what was packed comes back to the bit', () => {
  fc.assert(
    fc.property(
      fc.array(record, { maxLength: 5 }),
      fc.array(fc.double(), { maxLength: 12 }),
      (records, pairs) => {
        const batch = { records, track: Float64Array.from(pairs) };
        const back = unpack(pack(batch));
        expect(back.track).toEqual(batch.track);
        expect(back.records).toEqual(records);
      },
    ),
  );
});
