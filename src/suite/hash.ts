import { createHash } from 'node:crypto';
import type { Suite } from './suite.ts';

/**
 * SHA-256, in hexadecimal, of what a suite asks and of whom: the resolved suite without its `run`, `thresholds`
 * and `gate` parts, but with `run.salt`, which changes what is asked. Independent of the order of keys, and of the files that the texts came from.
 */
export function suiteHash(suite: Suite): string {
  const hash = createHash('sha256');
  const { version, name, description, tags, gateway, models, prompts, run } = suite;
  const salt = run.salt === 'none' ? undefined : run.salt;
  // Piece by piece: the whole text may be too long for one string.
  let buffer = '';
  writeCanonical({ version, name, description, tags, gateway, models, prompts, salt }, (piece) => {
    buffer += piece;
    if (buffer.length < 65_536) return;
    hash.update(buffer);
    buffer = '';
  });
  return hash.update(buffer).digest('hex');
}

/**
 * JSON with keys in code unit order, without blanks, and without absent values (the form of RFC 8785), given
 * to `write` in pieces.
 */
export function writeCanonical(value: unknown, write: (piece: string) => void): void {
  if (Array.isArray(value)) {
    writeJoined('[', value, (item) => writeCanonical(item ?? null, write), ']', write);
  } else if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    const writeEntry = ([key, item]: [string, unknown]): void => {
      write(`${JSON.stringify(key)}:`);
      writeCanonical(item, write);
    };
    writeJoined('{', entries, writeEntry, '}', write);
  } else write(JSON.stringify(value));
}

function writeJoined<T>(
  open: string,
  items: readonly T[],
  writeItem: (item: T) => void,
  close: string,
  write: (piece: string) => void,
): void {
  write(open);
  items.forEach((item, index) => {
    if (index > 0) write(',');
    writeItem(item);
  });
  write(close);
}
