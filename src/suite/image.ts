import type { Json, Message } from './suite.ts';

/** What is kept of an image: enough to identify it, never its data. */
export interface ImageFacts {
  /** SHA-256 of its file, in hexadecimal. */
  sha256: string;
  /** Size of its file. */
  bytes: number;
  /** Pixels, from the file's header. */
  width: number;
  height: number;
}

/** A message part that refers to an image file. The data are filled in when it is sent. */
export interface ImagePart extends ImageFacts {
  type: 'image';
  /** Path as written in the suite, relative to its folder. */
  file: string;
}

/** Maximum size of one image, in bytes. */
export const largestImage = 5_000_000;
/** Maximum size of all images of one request, in bytes. */
export const largestImages = 20_000_000;

export function isImagePart(part: unknown): part is ImagePart {
  if (typeof part !== 'object' || part === null) return false;
  const { type, file, sha256 } = part as Record<string, unknown>;
  return type === 'image' && typeof file === 'string' && typeof sha256 === 'string';
}

/** The images of a conversation, in order. */
export function imagesIn(messages: readonly Pick<Message, 'content'>[]): ImagePart[] {
  return messages.flatMap(({ content }) =>
    Array.isArray(content) ? (content as (Json | ImagePart)[]).filter((part) => isImagePart(part)) : [],
  );
}
