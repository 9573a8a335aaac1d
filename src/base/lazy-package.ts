import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/**
 * A package that few commands need, or a run only at its end: loaded when it is asked for first, at once and for good.
 * `Loaded` is what importing it would give: for a module of the newer kind `typeof import('name')`.
 */
export function lazyPackage<Loaded>(name: string): () => Loaded {
  let loaded: Loaded | undefined;
  return () => (loaded ??= require(name) as Loaded);
}
