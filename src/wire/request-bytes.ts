import type { ReadyRequest } from './flight.ts';
import type { WireRequest } from './sdk-request.ts';

/** Headers that define the framing or the fate of the connection. They cannot be written as given. */
const framing =
  /^(host|connection|content-length|transfer-encoding|keep-alive|proxy-connection|te|trailer|upgrade|expect)$/i;
const name = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const value = /^[\t\x20-\x7e\x80-\xff]*$/;
const path = /^\/[\x21-\x7e\x80-\xff]*$/;

/**
 * The bytes of a request on a connection to its server, exactly as undici sends them. Undefined if they are not plain:
 * then undici decides.
 */
export function requestBytes({ url, method, headers, body }: WireRequest): ReadyRequest | undefined {
  const target = url.pathname + url.search;
  if (!path.test(target) || !name.test(method)) return undefined;
  let head = `${method} ${target} HTTP/1.1\r\nhost: ${url.host}\r\nconnection: keep-alive\r\n`;
  for (let place = 0; place < headers.length; place += 2) {
    const [key, text] = [headers[place]!, headers[place + 1]!];
    if (!name.test(key) || framing.test(key) || !value.test(text)) return undefined;
    head += `${key}: ${text}\r\n`;
  }
  const length = Buffer.byteLength(body);
  head += `content-length: ${length}\r\n\r\n`;
  // Text costs another thread less than memory of its own.
  if (length === body.length) return head + body;
  const bytes = Buffer.allocUnsafeSlow(head.length + length);
  bytes.write(head, 'latin1');
  bytes.write(body, head.length);
  return bytes;
}
