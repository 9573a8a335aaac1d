import { strFromU8, unzipSync } from 'fflate';
import { expect, test } from 'vitest';
import { bytesOf } from '../testing/runs.ts';
import { zipped, type ZipEntry } from './zip.ts';

const entry = (path: string, ...texts: string[]): ZipEntry => ({
  path,
  content: texts.map((text) => new TextEncoder().encode(text)),
});

test('what was packed is unpacked again', async () => {
  const long = Array.from({ length: 50 }, (_, index) => `${index} `.repeat(5000));
  const files = unzipSync(
    await bytesOf(zipped([entry('a.xml', '<a/>'), entry('b/c.xml', ...long), entry('empty')])),
  );
  expect(Object.keys(files)).toEqual(['a.xml', 'b/c.xml', 'empty']);
  expect(strFromU8(files['a.xml']!)).toBe('<a/>');
  expect(strFromU8(files['b/c.xml']!)).toBe(long.join(''));
  expect(files['empty']).toHaveLength(0);
});

test('the same content gives the same bytes', async () => {
  const pack = (): Promise<Uint8Array> => bytesOf(zipped([entry('a.xml', 'x'.repeat(100_000))]));
  expect(await pack()).toEqual(await pack());
});

test('what goes wrong while content is made comes to whoever reads', async () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(new Uint8Array(10));
    throw new Error('the disk is gone');
  }
  await expect(bytesOf(zipped([{ path: 'a', content: broken() }]))).rejects.toThrow('the disk is gone');
});

test('content is packed while it is made', async () => {
  let made = 0;
  async function* endless(): AsyncGenerator<Uint8Array> {
    // Cannot be packed to nothing.
    for (; ; made++)
      yield await Promise.resolve(Uint8Array.from({ length: 65_536 }, (_, i) => (i * i * (made + 7)) % 251));
  }
  for await (const piece of zipped([{ path: 'a', content: endless() }]))
    if (piece.length > 0 && made > 5) break;
  expect(made).toBeLessThan(100);
});
