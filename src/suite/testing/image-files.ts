/** The header of an image of that size in each format, followed by some data. */
type ImageFile = (width: number, height: number, data?: string) => Buffer;

const latin = (text: string): Buffer => Buffer.from(text, 'latin1');
const big = (value: number, bytes: number): Buffer => {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
};
const little = (value: number, bytes: number): Buffer => big(value, bytes).reverse();

export const png: ImageFile = (width, height, data = '') =>
  Buffer.concat([
    latin('\x89PNG\r\n\x1a\n\0\0\0\rIHDR'),
    big(width, 4),
    big(height, 4),
    latin(`\x08\x06${data}`),
  ]);

/** With segments before its frame, as cameras write them. One of them holds a smaller image with a frame. */
export const jpeg: ImageFile = (width, height, data = '') =>
  Buffer.concat([
    latin('\xff\xd8\xff\xe0\0\x04ab\xff\xe1\0\x0d\xff\xc0\0\x0b\x08\0\x01\0\x01ab\xff\xff\xdb\0\x03a'),
    latin('\xff\xc2\0\x0b\x08'),
    big(height, 2),
    big(width, 2),
    latin(`\x01\x01\x11\0${data}`),
  ]);

export const gif: ImageFile = (width, height, data = '') =>
  Buffer.concat([latin('GIF89a'), little(width, 2), little(height, 2), latin(`\0\0\0${data}`)]);

const riff = (chunk: string, ...rest: Buffer[]): Buffer =>
  Buffer.concat([latin(`RIFF\x40\0\0\0WEBP${chunk}\x20\0\0\0`), ...rest]);

export const webpLossy: ImageFile = (width, height, data = '') =>
  riff('VP8 ', latin('abc\x9d\x01\x2a'), little(width, 2), little(height, 2), latin(data));

export const webpLossless: ImageFile = (width, height, data = '') =>
  riff('VP8L', latin('\x2f'), little((width - 1) | ((height - 1) << 14), 4), latin(data));

export const webpExtended: ImageFile = (width, height, data = '') =>
  riff('VP8X', latin('\0\0\0\0'), little(width - 1, 3), little(height - 1, 3), latin(data));
