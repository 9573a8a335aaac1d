import { oneLine } from '../base/text.ts';
import { UserError } from '../base/user-error.ts';
import { type ImagePart, imagesIn } from '../suite/image.ts';
import { readImage } from '../suite/read/images.ts';
import type { Suite } from '../suite/suite.ts';
import type { LoadedImages } from '../wire/images.ts';

/** The images of some prompts, each once. */
export function imagesOf(prompts: Pick<Suite, 'prompts'>['prompts']): ImagePart[] {
  const wanted = new Map<string, ImagePart>();
  for (const prompt of prompts)
    for (const { messages, variants = {} } of [prompt, prompt.before ?? { messages: [] }])
      for (const image of imagesIn([messages, ...Object.values(variants)].flat()))
        wanted.set(`${image.sha256} ${image.file}`, image);
  return [...wanted.values()];
}

/**
 * The data of all images of a suite, from the folder of the suite's file. `earlier`: folder of their earlier versions,
 * for a suite that is compared with a revision. Throws a UserError that names every image that is missing, or differs
 * from the one that the suite asks about.
 */
export async function loadImages(
  { prompts }: Suite,
  folder: string,
  earlier?: string,
): Promise<LoadedImages> {
  const images = new Map<string, { mediaType: string; base64: string }>();
  const problems: string[] = [];
  for (const { file, sha256 } of imagesOf(prompts)) {
    const now = await readImage(folder, file);
    const isThere = earlier === undefined || (now.ok && now.facts.sha256 === sha256);
    const read = isThere ? now : await readImage(earlier, file);
    if (!read.ok) problems.push(`${oneLine(file)} ${read.problem}`);
    else if (read.facts.sha256 !== sha256)
      problems.push(`${oneLine(file)} has changed since the suite was read`);
    else if (!images.has(sha256))
      images.set(sha256, { mediaType: read.head.mediaType, base64: read.data.toString('base64') });
  }
  if (problems.length === 0) return images;
  throw new UserError(
    `Nothing was sent, because images of the suite have changed (looked in ${folder}):\n` +
      `${problems.map((problem) => `  ${problem}`).join('\n')}\n` +
      'Restore them, continue in the folder where the run was started, or start a new run.',
  );
}
