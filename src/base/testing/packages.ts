import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A package that is installed with the program. */
export interface Package {
  name: string;
  version: string;
  /** As an SPDX expression. Empty if it names none. */
  license: string;
}

const root = join(import.meta.dirname, '../../..');

interface Locked {
  version: string;
  license?: string;
  dev?: boolean;
  devOptional?: boolean;
}

/** Every package that users install with the program, by name, from the lock file. */
export function productionPackages(): Package[] {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Locked>;
  };
  return Object.entries(lock.packages)
    .filter(([path, { dev, devOptional }]) => path !== '' && !dev && !devOptional)
    .map(([path, { version, license = '' }]) => ({
      name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
      version,
      license,
    }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
