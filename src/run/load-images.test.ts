import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { ImagePart } from '../suite/image.ts';
import type { Suite } from '../suite/suite.ts';
import { png } from '../suite/testing/image-files.ts';
import { tempFolder } from '../suite/testing/temp-suite.ts';
import { loadImages } from './load-images.ts';

const part = (data: Buffer): ImagePart => ({
  ...{ type: 'image', file: 'a.png', bytes: data.length, width: 1, height: 1 },
  sha256: createHash('sha256').update(data).digest('hex'),
});
const asked = (data: Buffer): object => ({ messages: [{ role: 'user', content: [part(data)] }] });

const [now, then] = [png(1, 1, 'now'), png(1, 1, 'then')];
const suite = { prompts: [{ ...asked(now), before: asked(then) }] } as unknown as Suite;

test('a suite compared with a revision sends the earlier image with the earlier question', async () => {
  await using folder = await tempFolder({ 'a.png': now });
  await using earlier = await tempFolder({ 'a.png': then });
  const images = await loadImages(suite, folder.path, earlier.path);
  expect([now, then].map((data) => images.get(part(data).sha256)?.base64)).toEqual(
    [now, then].map((data) => data.toString('base64')),
  );
});

test('one that no longer exists is named before anything is sent', async () => {
  await using folder = await tempFolder({ 'a.png': now });
  await expect(loadImages(suite, folder.path)).rejects.toThrow(/Nothing was sent.*\n {2}a\.png has changed/);
  await using empty = await tempFolder({});
  await expect(loadImages(suite, folder.path, empty.path)).rejects.toThrow(/a\.png does not exist/);
});
