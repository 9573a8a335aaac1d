import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { gif, jpeg, png, webpExtended, webpLossless, webpLossy } from '../testing/image-files.ts';
import { imageHead } from './image-head.ts';

const formats = [
  ['image/png', png],
  ['image/jpeg', jpeg],
  ['image/gif', gif],
  ['image/webp', webpLossy],
  ['image/webp', webpLossless],
  ['image/webp', webpExtended],
] as const;

describe.each(formats)('%s', (mediaType, file) => {
  test('is recognized by its bytes, with its size', () => {
    const side = fc.integer({ min: 1, max: 8192 });
    fc.assert(
      fc.property(side, side, (width, height) => {
        expect(imageHead(file(width, height, 'data'))).toEqual({ mediaType, width, height });
      }),
    );
  });

  test('cut anywhere, it is broken or of another kind, and nothing is thrown', () => {
    const whole = file(640, 480);
    const size = { mediaType, width: 640, height: 480 };
    expect(imageHead(whole)).toEqual(size);
    for (let length = 0; length < whole.length; length++) {
      const head = imageHead(whole.subarray(0, length));
      if (typeof head === 'object') expect(head).toEqual(size);
      else expect(['unknown', 'broken']).toContain(head);
    }
    expect(imageHead(whole.subarray(0, 13))).toEqual(mediaType === 'image/gif' ? size : 'broken');
  });

  test('whatever follows its first bytes, it is an image or a broken one', () => {
    const start = file(640, 480).subarray(0, 12);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (rest) => {
        expect(imageHead(Buffer.concat([start, rest]))).not.toBe('unknown');
      }),
    );
  });
});

test.each([
  ['nothing', Buffer.alloc(0)],
  ['a text', Buffer.from('an image of a cat')],
  ['SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
  ['BMP', Buffer.from('BM\x46\0\0\0')],
  ['other RIFF', Buffer.from('RIFF\x40\0\0\0WAVEfmt ')],
])('%s is not an image', (_, bytes) => {
  expect(imageHead(bytes)).toBe('unknown');
});

test('an image without any pixel is broken', () => {
  expect(imageHead(png(0, 4))).toBe('broken');
});
