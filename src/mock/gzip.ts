import { constants, crc32, deflateRawSync } from 'node:zlib';
import type { Packet } from './packet.ts';

const head = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);

/**
 * One gzip stream over all packets, flushed after each, as a compressing edge does for events. Each packet is
 * deflated on its own and ends on a byte (`Z_SYNC_FLUSH`), so that the parts join into one valid stream.
 */
export function* gzipped(packets: Iterable<Packet>): Generator<Packet> {
  let checksum = 0;
  let length = 0;
  let due = 0;
  for (const packet of packets) {
    const part = deflateRawSync(packet.bytes, { finishFlush: constants.Z_SYNC_FLUSH });
    yield { ...packet, bytes: length === 0 ? Buffer.concat([head, part]) : part };
    checksum = crc32(packet.bytes, checksum);
    length += packet.bytes.length;
    ({ due } = packet);
  }
  yield {
    due,
    bytes: Buffer.concat([...(length === 0 ? [head] : []), ending(checksum, length)]),
    frames: [],
  };
}

function ending(checksum: number, length: number): Buffer {
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(checksum, 0);
  trailer.writeUInt32LE(length % 2 ** 32, 4);
  return Buffer.concat([deflateRawSync(Buffer.alloc(0)), trailer]);
}
