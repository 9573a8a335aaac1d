import { readFileSync } from 'node:fs';

/** Published version of this package. */
export function version(): string {
  return manifestAt(new URL('../../package.json', import.meta.url))!.version;
}

/** Version of an installed package. Its manifest is found by location, since few packages export it. */
export function packageVersion(name: string): string {
  for (let url = new URL('.', import.meta.resolve(name)); url.pathname !== '/'; url = new URL('..', url)) {
    const manifest = manifestAt(new URL('package.json', url));
    if (manifest?.name === name) return manifest.version;
  }
  return 'unknown';
}

function manifestAt(url: URL): { name?: string; version: string } | undefined {
  try {
    return JSON.parse(readFileSync(url, 'utf8')) as { name?: string; version: string };
  } catch {
    return undefined;
  }
}
