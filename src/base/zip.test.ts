import { strToU8, unzipSync, zipSync } from 'fflate';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { unzip, zip, ZipError } from './zip.ts';

const files = fc.dictionary(
  fc.string({ maxLength: 20, unit: 'grapheme' }).map((name) => `xl/${name}`),
  fc.uint8Array({ maxLength: 2000 }),
  {
    maxKeys: 5,
    noNullPrototype: true,
  },
);

test('what is written reads back, here and elsewhere, and what others write reads here', () => {
  fc.assert(
    fc.property(files, (parts) => {
      const entries = new Map(Object.entries(parts));
      const bytes = (map: ReadonlyMap<string, Uint8Array>): unknown =>
        Object.fromEntries(Array.from(map, ([name, part]) => [name, [...part]]));
      expect(bytes(unzip(zip(entries)))).toEqual(bytes(entries));
      expect(bytes(new Map(Object.entries(unzipSync(zip(entries)))))).toEqual(bytes(entries));
      expect(bytes(unzip(Buffer.from(zipSync(parts, { level: 6 }))))).toEqual(bytes(entries));
    }),
    { seed: 1, numRuns: 50 },
  );
});

test('a flipped byte, a cut, and a part that is too large are faults of one kind', () => {
  const whole = zip(new Map([['a.xml', strToU8('<a>hello</a>'.repeat(50))]]));
  for (let at = 0; at < whole.length; at++) {
    const damaged = Buffer.from(whole);
    damaged[at]! ^= 0xff;
    try {
      unzip(damaged);
    } catch (error) {
      expect(error).toBeInstanceOf(ZipError);
    }
    expect(() => unzip(whole.subarray(0, at))).toThrow(ZipError);
  }
  expect(() => unzip(whole, 100)).toThrow('it is too large');
});
