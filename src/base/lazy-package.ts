import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/**
 * A package that few commands need, or a run only at its end: loaded when it is asked for first, at once and for good.
 * What comes is what `require` gives, to be named by the caller: `lazyPackage('x') as () => typeof x`.
 */
export function lazyPackage(name: string): () => unknown {
  let loaded: unknown;
  return () => (loaded ??= require(name) as unknown);
}
