import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/**
 * A package that only some commands need, or a run only at its end. Loaded once, synchronously, on first use. Returns
 * what `require` returns; the caller names its type: `lazyPackage('x') as () => typeof x`.
 */
export function lazyPackage(name: string): () => unknown {
  let loaded: unknown;
  return () => (loaded ??= require(name) as unknown);
}
