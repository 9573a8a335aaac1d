import type { Random } from '../../base/random.ts';

/** One byte of a file that differs from what was written: a bit flipped, or another byte. */
export interface Flip {
  at: number;
  bytes: Buffer;
  /** For example `byte 17: "a" became "q"`. */
  what: string;
}

/** Flips anywhere in a file. */
export function* flips(file: Buffer, count: number, random: Random): Generator<Flip> {
  for (let made = 0; made < count;) {
    const at = Math.floor(random() * file.length);
    const before = file[at]!;
    const after = random() < 0.5 ? before ^ (1 << Math.floor(random() * 8)) : Math.floor(random() * 256);
    if (after === before) continue;
    const bytes = Buffer.from(file);
    bytes[at] = after;
    made++;
    const shown = (byte: number): string => JSON.stringify(String.fromCharCode(byte));
    yield { at, bytes, what: `byte ${at}: ${shown(before)} became ${shown(after)}` };
  }
}
