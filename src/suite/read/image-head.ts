/** What the header of an image says. */
export interface ImageHead {
  mediaType: 'image/png' | 'image/jpeg' | 'image/webp' | 'image/gif';
  /** Pixels. */
  width: number;
  height: number;
}

type Size = Pick<ImageHead, 'width' | 'height'>;

const kinds: readonly {
  mediaType: ImageHead['mediaType'];
  isIt: (bytes: Buffer) => boolean;
  sizeOf: (bytes: Buffer) => Size | undefined;
}[] = [
  { mediaType: 'image/png', isIt: (bytes) => begins(bytes, '\x89PNG\r\n\x1a\n'), sizeOf: sizeOfPng },
  { mediaType: 'image/jpeg', isIt: (bytes) => begins(bytes, '\xff\xd8\xff'), sizeOf: sizeOfJpeg },
  {
    mediaType: 'image/webp',
    isIt: (bytes) => begins(bytes, 'RIFF') && begins(bytes.subarray(8), 'WEBP'),
    sizeOf: sizeOfWebp,
  },
  {
    mediaType: 'image/gif',
    isIt: (bytes) => begins(bytes, 'GIF87a') || begins(bytes, 'GIF89a'),
    sizeOf: (bytes) => ({ width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) }),
  },
];

/**
 * Type and size of a PNG, JPEG, WebP or GIF, from its bytes, regardless of its name. `unknown`: none of them. `broken`:
 * it starts like one of them, but has no size.
 */
export function imageHead(bytes: Buffer): ImageHead | 'unknown' | 'broken' {
  const kind = kinds.find(({ isIt }) => isIt(bytes));
  if (!kind) return 'unknown';
  const size = attempted(() => kind.sizeOf(bytes));
  return size && size.width > 0 && size.height > 0 ? { mediaType: kind.mediaType, ...size } : 'broken';
}

function begins(bytes: Buffer, text: string): boolean {
  return bytes.subarray(0, text.length).equals(Buffer.from(text, 'latin1'));
}

/** Undefined if the header is truncated: reading it then runs past the end. */
function attempted(read: () => Size | undefined): Size | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function sizeOfPng(bytes: Buffer): Size | undefined {
  if (bytes.toString('latin1', 12, 16) !== 'IHDR') return undefined;
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

/** Segments follow one another, each with its length. The frame segment has the size. */
function sizeOfJpeg(bytes: Buffer): Size | undefined {
  let at = 2;
  for (;;) {
    if (bytes.readUInt8(at) !== 0xff) return undefined;
    const marker = bytes.readUInt8(at + 1);
    if (marker === 0xff) at += 1;
    else if (isFrame(marker))
      return { width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) };
    else if (marker === 0xda || marker === 0xd9) return undefined;
    else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) at += 2;
    else at += 2 + bytes.readUInt16BE(at + 2);
  }
}

/** SOF0 to SOF15, without the tables and extensions between them. */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

/** Lossy, lossless, or extended. */
function sizeOfWebp(bytes: Buffer): Size | undefined {
  switch (bytes.toString('latin1', 12, 16)) {
    case 'VP8 ':
      return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
    case 'VP8L': {
      const bits = bytes.readUInt32LE(21);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8X':
      return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
    default:
      return undefined;
  }
}
