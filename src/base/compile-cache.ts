import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';

/**
 * The environment of our own threads and processes: where this one keeps compiled modules, and nothing else. Without
 * it, each compiles everything that it loads. Empty if nothing is kept.
 */
export function compileCache(): Record<string, string> {
  const folder = getCompileCacheDir();
  // Node creates a folder for its version inside the given one.
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) };
}
