import { type ImagePart, isImagePart } from '../suite/image.ts';
import type { Json, Message } from '../suite/suite.ts';

/** The data of an image in the form that requests need. */
export interface LoadedImage {
  mediaType: string;
  base64: string;
}

/** By the SHA-256 of their files. */
export type LoadedImages = ReadonlyMap<string, LoadedImage>;

/** The data of an image. Images are loaded before anything is sent. */
export function loaded({ file, sha256 }: ImagePart, images: LoadedImages | undefined): LoadedImage {
  const image = images?.get(sha256);
  if (!image) throw new Error(`the image ${file} was not loaded`);
  return image;
}

/** Messages in the form of the OpenAI API: each image as a data URL. */
export function withDataUrls(messages: Message[], images: LoadedImages | undefined): Message[] {
  return messages.map((message) => {
    const { content } = message;
    if (!Array.isArray(content) || !content.some(isImagePart)) return message;
    return { ...message, content: content.map((part) => (isImagePart(part) ? dataUrl(part, images) : part)) };
  });
}

function dataUrl(part: ImagePart, images: LoadedImages | undefined): Json {
  const { mediaType, base64 } = loaded(part, images);
  return { type: 'image_url', image_url: { url: `data:${mediaType};base64,${base64}` } };
}
