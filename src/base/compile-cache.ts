import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';

/**
 * The environment of a thread or process of our own: where this one keeps compiled modules, and nothing else. Without it
 * each compiles anew all that it loads. Empty where nothing is kept.
 */
export function compileCache(): Record<string, string> {
  const folder = getCompileCacheDir();
  // Node names a folder of its version in the one that it was given.
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) };
}
