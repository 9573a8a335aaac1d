import { createHash } from 'node:crypto';

const longest = 60;
/** What Windows takes for a device, whatever its ending. */
const devices = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/**
 * A name as a part of an address and of a file's name, on any system. A plain one stays as it is; another is made
 * plain, with six digits of its hash, so that no two names become one.
 */
export function plainName(name: string): string {
  const plain = name
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .slice(0, longest)
    .replace(/^[.-]+|[.-]+$/g, '');
  if (plain === name && name !== '' && !devices.test(name)) return name;
  return [...(plain === '' ? [] : [plain]), hashOf([name])].join('-');
}

function hashOf(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 6);
}

/**
 * Addresses that last: each thing's parts, joined by `-`. Where two would get the same one (suite `a` with model `b`,
 * and suite `a-b`), the one that was there first has it, and the other has digits of its hash behind it. `things` are in
 * the order in which they came up, so that a new one never takes the address of an old one.
 */
export class LastingNames {
  readonly #names = new Map<string, string>();

  constructor(things: readonly (readonly string[])[]) {
    const taken = new Set<string>();
    for (const parts of things) {
      const key = JSON.stringify(parts);
      if (this.#names.has(key)) continue;
      const short = parts.map(plainName).join('-');
      // Some file systems take A for a.
      const name = taken.has(short.toLowerCase()) ? `${short}-${hashOf(parts)}` : short;
      taken.add(name.toLowerCase());
      this.#names.set(key, name);
    }
  }

  /** Throws for a thing that it was not made for. */
  of(...parts: readonly string[]): string {
    const name = this.#names.get(JSON.stringify(parts));
    if (name === undefined) throw new RangeError(`no name for ${parts.join(', ')}`);
    return name;
  }
}
