import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';

// As much of the format as spreadsheets need: no encryption, no multi-file archives, nothing above 4 GB.

const localHeader = 0x04034b50;
const centralHeader = 0x02014b50;
const centralEnd = 0x06054b50;
const endLength = 22;
const stored = 0;
const deflated = 8;
/** Names are UTF-8. */
const utf8Flag = 0x800;
/** 1 January 1980, the earliest date in the format. The same parts give the same bytes. */
const firstDay = 0x21;

/** Not a zip file, or one that is damaged, too large, or of an unsupported kind. */
export class ZipError extends Error {}

/** The parts of a zip file, by name. Throws a ZipError. `most` limits their total unpacked size. */
export function unzip(file: Buffer, most = 100_000_000): Map<string, Buffer> {
  const end = file.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (end === -1 || file.length < end + endLength) throw new ZipError('it is not a zip file');
  const parts = new Map<string, Buffer>();
  let left = most;
  let at = file.readUInt32LE(end + 16);
  try {
    for (let count = file.readUInt16LE(end + 10); count > 0; count--) {
      if (file.readUInt32LE(at) !== centralHeader) throw new ZipError('its list of parts is damaged');
      const [nameLength, extra, comment] = [28, 30, 32].map((place) => file.readUInt16LE(at + place));
      const name = file.toString('utf8', at + 46, at + 46 + nameLength!);
      const bytes = unpacked(file, at, left);
      left -= bytes.length;
      parts.set(name, bytes);
      at += 46 + nameLength! + extra! + comment!;
    }
  } catch (error) {
    throw error instanceof ZipError ? error : new ZipError(`it is damaged: ${(error as Error).message}`);
  }
  return parts;
}

function unpacked(file: Buffer, at: number, most: number): Buffer {
  const [flags, method] = [8, 10].map((place) => file.readUInt16LE(at + place));
  const [checksum, packed, size, local] = [16, 20, 24, 42].map((place) => file.readUInt32LE(at + place));
  if ((flags! & 1) !== 0) throw new ZipError('it has a password');
  if (size! > most) throw new ZipError('it is too large');
  if (file.readUInt32LE(local) !== localHeader) throw new ZipError('a part is not where it should be');
  const start = local! + 30 + file.readUInt16LE(local! + 26) + file.readUInt16LE(local! + 28);
  const raw = file.subarray(start, start + packed!);
  if (method !== stored && method !== deflated) throw new ZipError('it is packed in an unsupported way');
  const bytes = method === stored ? raw : inflateRawSync(raw, { maxOutputLength: Math.max(1, size!) });
  if (bytes.length !== size || crc32(bytes) !== checksum) throw new ZipError('a part of it is damaged');
  return bytes;
}

/** A zip file of these parts, in order. */
export function zip(parts: ReadonlyMap<string, Uint8Array>): Buffer {
  const pieces: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [name, bytes] of parts) {
    const label = Buffer.from(name);
    const packed = deflateRawSync(bytes);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(utf8Flag, 2);
    fields.writeUInt16LE(deflated, 4);
    fields.writeUInt16LE(firstDay, 8);
    fields.writeUInt32LE(crc32(bytes), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(bytes.length, 18);
    fields.writeUInt16LE(label.length, 22);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    central.push(uint32(centralHeader), uint16(20), fields, tail, label);
    pieces.push(uint32(localHeader), fields, label, packed);
    offset += 4 + fields.length + label.length + packed.length;
  }
  const list = Buffer.concat(central);
  const end = Buffer.alloc(endLength);
  end.writeUInt32LE(centralEnd, 0);
  end.writeUInt16LE(parts.size, 8);
  end.writeUInt16LE(parts.size, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...pieces, list, end]);
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
