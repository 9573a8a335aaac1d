import type { Json, Message } from './suite.ts';

/** What is kept of an image: enough to know it again, never its data. */
export interface ImageFacts {
  /** Of its file, in hexadecimal. */
  sha256: string;
  /** Size of its file. */
  bytes: number;
  /** Pixels, as the file's head gives them. */
  width: number;
  height: number;
}

/** A part of a message that stands for the image in a file. The data are filled in when it is sent. */
export interface ImagePart extends ImageFacts {
  type: 'image';
  /** As the suite names it, relative to its folder. */
  file: string;
}

/** Most bytes that one image may have. */
export const largestImage = 5_000_000;
/** Most bytes that the images of one request may have together. */
export const largestImages = 20_000_000;

export function isImagePart(part: unknown): part is ImagePart {
  if (typeof part !== 'object' || part === null) return false;
  const { type, file, sha256 } = part as Record<string, unknown>;
  return type === 'image' && typeof file === 'string' && typeof sha256 === 'string';
}

/** The images of a conversation, in its order. */
export function imagesIn(messages: readonly Pick<Message, 'content'>[]): ImagePart[] {
  return messages.flatMap(({ content }) =>
    Array.isArray(content) ? (content as (Json | ImagePart)[]).filter((part) => isImagePart(part)) : [],
  );
}
