import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Access control of a viewer: the only place that examines the head of a request. */
export interface Door {
  port: number;
  /** 128 random bits, as hexadecimal digits. */
  token: string;
}

/** Access granted, or the reason for refusing, or a redirect. */
export type Entry =
  | { admitted: URL }
  | { status: 401 | 403 | 404 | 405 | 421; why: string }
  | { status: 303; location: string; cookie: string };

/** For every response. Pages bring their own policy. */
export const headers: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'x-frame-options': 'DENY',
};

/** Cookies are per host, not per port: two viewers must not log each other out. */
export const cookieName = ({ port }: Door): string => `gatebench-${port}`;

/**
 * Decides on a request by its head alone. A foreign name in `Host` means a page that pointed its own name at this
 * machine. The browser names other sites.
 */
export function enter(door: Door, { method, url = '', headers, headersDistinct }: IncomingMessage): Entry {
  const [host = '', ...others] = headersDistinct['host'] ?? [];
  if (others.length > 0 || ![`127.0.0.1:${door.port}`, `localhost:${door.port}`].includes(host))
    return { status: 421, why: 'This viewer answers only to the address that it printed.' };
  if (method !== 'GET') return { status: 405, why: 'This viewer only shows. It takes GET and nothing else.' };
  const isAnothers = headers.origin !== undefined && headers.origin !== `http://${host}`;
  if (isAnothers || !['same-origin', 'none', undefined].includes(headers['sec-fetch-site']))
    return { status: 403, why: 'Another site may not ask this viewer. Open the printed address yourself.' };
  const address = pageOf(url, `http://${host}`);
  if (address === undefined) return { status: 404, why: 'There is no such page.' };
  const given = address.searchParams.get('token');
  if (given !== null) {
    if (!isSame(given, door.token)) return { status: 401, why: wrongToken };
    address.searchParams.delete('token');
    return {
      status: 303,
      // Two slashes would lead to another host.
      location: address.pathname.replace(/^\/+/, '/') + address.search,
      cookie: `${cookieName(door)}=${door.token}; HttpOnly; SameSite=Strict; Path=/`,
    };
  }
  const cookie = cookiesOf(headers.cookie).get(cookieName(door));
  if (cookie === undefined || !isSame(cookie, door.token)) return { status: 401, why: wrongToken };
  return { admitted: address };
}

/** Undefined if it is not an address, or would be read as another host's, like `//host`. */
function pageOf(url: string, origin: string): URL | undefined {
  if (!url.startsWith('/') || !URL.canParse(url, origin)) return undefined;
  const address = new URL(url, origin);
  return address.origin === new URL(origin).origin ? address : undefined;
}

const wrongToken = 'Open the address that gatebench view has printed, with its token.';

/** In a time that does not depend on how much of it is right. */
function isSame(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function cookiesOf(header = ''): Map<string, string> {
  return new Map(
    header.split(';').map((pair) => {
      const [name = '', ...value] = pair.trim().split('=');
      return [name, value.join('=')];
    }),
  );
}

/** The decoded parts of a path. Undefined if it is not well formed. */
export function segmentsOf(pathname: string): string[] | undefined {
  try {
    return pathname.split('/').filter(Boolean).map(decodeURIComponent);
  } catch {
    return undefined;
  }
}
