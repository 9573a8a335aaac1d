import { createHash } from 'node:crypto';

const longest = 60;
/** Names that Windows reserves for devices, with any extension. */
const devices = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/**
 * A name that is safe in an address and as a file name on any system. A safe one is unchanged. Any other is made safe
 * and gets six digits of its hash, so that no two names become one.
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
 * Permanent addresses: each thing's parts, joined by `-`. If two would get the same one (suite `a` with model `b`, and
 * suite `a-b`), the older one gets it, and the other gets digits of its hash at the end. `things` are in order of first
 * appearance, so a new one never takes the address of an old one.
 */
export class LastingNames {
  readonly #names = new Map<string, string>();

  constructor(things: readonly (readonly string[])[]) {
    const taken = new Set<string>();
    for (const parts of things) {
      const key = JSON.stringify(parts);
      if (this.#names.has(key)) continue;
      const short = parts.map(plainName).join('-');
      // Some file systems do not distinguish A from a.
      const name = taken.has(short.toLowerCase()) ? `${short}-${hashOf(parts)}` : short;
      taken.add(name.toLowerCase());
      this.#names.set(key, name);
    }
  }

  /** Throws for an unknown thing. */
  of(...parts: readonly string[]): string {
    const name = this.#names.get(JSON.stringify(parts));
    if (name === undefined) throw new RangeError(`no name for ${parts.join(', ')}`);
    return name;
  }
}
