import { UserError } from '../base/user-error.ts';

/**
 * The token must not travel in the clear: plain http is only for this machine, unless a flag allows it. `allowHttp` is
 * absent if there is no such flag.
 */
export function assertSafeUrl(baseUrl: string, allowHttp?: boolean): void {
  let url: URL;
  try {
    url = new URL(baseUrl);
  } catch {
    throw new UserError(`"${baseUrl}" is not a URL. Example: https://gateway.example.com/v1`);
  }
  const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol === 'https:' || (url.protocol === 'http:' && (loopback || allowHttp))) return;
  throw new UserError(
    url.protocol === 'http:'
      ? `${url.origin} is plain http, which would send your token unencrypted. Use https${allowHttp === undefined ? '' : ', or --allow-http if the network is yours'}.`
      : `${url.protocol} is not supported; use https.`,
  );
}
