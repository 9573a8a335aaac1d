import { createHash } from 'node:crypto';
import { type ImageFacts, largestImage } from '../image.ts';
import { largestTogether, type Problem, problem, readBytes, readWithin } from './files.ts';
import { imageHead, type ImageHead } from './image-head.ts';

/** An image and its data, or why it cannot be read, in words that follow its name. */
export type ImageRead =
  | { readonly ok: true; readonly facts: ImageFacts; readonly head: ImageHead; readonly data: Buffer }
  | Problem;

/** Facts about a suite's images, by the path that the suite gives. */
export type Images = ReadonlyMap<string, { readonly ok: true; readonly facts: ImageFacts } | Problem>;

/** Examines the images that a suite names, and drops their data. Every problem is a value. */
export async function lookAtImages(folder: string, names: Iterable<string>): Promise<Images> {
  const images = new Map<string, { ok: true; facts: ImageFacts } | Problem>();
  let total = 0;
  for (const name of new Set(names)) {
    const read =
      total > largestTogether
        ? problem('the images of a suite may total 200 MB')
        : await readImage(folder, name);
    if (read.ok) total += read.facts.bytes;
    images.set(name, read.ok ? { ok: true, facts: read.facts } : read);
  }
  return images;
}

/** Reads an image that a suite names. It must be in `folder`, also after following links. */
export async function readImage(folder: string, name: string): Promise<ImageRead> {
  const read = await readWithin(folder, name, (file) => readBytes(file, largestImage));
  if (!read.ok) return read;
  const data = read.bytes;
  if (data.length === 0) return problem('is empty');
  const head = imageHead(data);
  if (head === 'unknown') return problem('is not a PNG, JPEG, WebP or GIF image');
  if (head === 'broken') return problem('is a broken image: its header has no size');
  const { width, height } = head;
  const sha256 = createHash('sha256').update(data).digest('hex');
  return { ok: true, facts: { sha256, bytes: data.length, width, height }, head, data };
}
