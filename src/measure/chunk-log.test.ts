import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ChunkLog, chunkKinds, type Chunk } from './chunk-log.ts';

const chunk: fc.Arbitrary<Chunk> = fc.record({
  at: fc.double({ min: 0, max: 3_600_000, noNaN: true }),
  kind: fc.constantFrom(...chunkKinds),
  chars: fc.oneof(fc.nat(20), fc.integer({ min: 0, max: 2 ** 40 })),
  merged: fc.boolean(),
});

test('gives back what was put in, as a list of objects would', () => {
  const carriesText = ({ kind, chars }: Chunk): boolean =>
    ['reasoning', 'content', 'tool'].includes(kind) && chars !== 0;
  fc.assert(
    fc.property(fc.array(chunk, { maxLength: 100 }), (chunks) => {
      const log = ChunkLog.of(chunks);
      expect([...log]).toEqual(chunks);
      expect([...log.texts()]).toEqual(chunks.filter(carriesText));
      expect(log.length).toBe(chunks.length);
    }),
  );
});

test.each([0, 1, 15, 16, 17, 32, 33, 10_000])('%i pieces keep their order as it grows', (n) => {
  const log = new ChunkLog();
  for (let index = 0; index < n; index++) log.push(index / 8, 'content', index, index % 3 === 0);
  const read = [...log];
  expect(log.length).toBe(n);
  expect(read.map(({ at }) => at * 8)).toEqual(Array.from({ length: n }, (_, index) => index));
  expect(read.every(({ chars, merged }, index) => chars === index && merged === (index % 3 === 0))).toBe(
    true,
  );
});

test('every kind comes back merged and not, with no character and with a book of them', () => {
  const chunks = chunkKinds.flatMap((kind) =>
    [true, false].flatMap((merged) =>
      [0, 1, 15, 16, 17, 2 ** 40].map((chars) => ({ at: 1.125, kind, chars, merged })),
    ),
  );
  expect([...ChunkLog.of(chunks)]).toEqual(chunks);
});

test('its texts are current, regardless of earlier calls', () => {
  const log = new ChunkLog();
  log.push(1, 'content', 1, false);
  expect(log.texts()).toHaveLength(1);
  log.push(2, 'content', 1, false);
  expect(log.texts()).toHaveLength(2);
  log.amend(0, 'role', 0);
  expect(log.texts()).toMatchObject([{ at: 2, kind: 'content' }]);
  log.recast('content', 'reasoning');
  expect(log.texts()).toMatchObject([{ at: 2, kind: 'reasoning' }]);
  expect([log.count('role'), log.count('reasoning'), log.count('content')]).toEqual([1, 1, 0]);
});
