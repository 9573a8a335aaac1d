import type { Failure } from '../record/exchange.ts';

const kinds: readonly (readonly [RegExp, string, string])[] = [
  [/^(ENOTFOUND|EAI_AGAIN|EAI_\w+)$/, 'dns', 'the host name could not be looked up'],
  [/^ECONNREFUSED$/, 'refused', 'the connection was refused'],
  [/^(UND_ERR_CONNECT_TIMEOUT|ETIMEDOUT)$/, 'connect', 'no connection within the deadline'],
  [/^(EHOSTUNREACH|ENETUNREACH|ENETDOWN)$/, 'unreachable', 'the host cannot be reached'],
  [/^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|EPROTO)/, 'tls', 'the TLS handshake failed'],
  [/^(ECONNRESET|EPIPE|UND_ERR_SOCKET|UND_ERR_DESTROYED)/, 'reset', 'the connection was lost'],
  [/^(HPE_|UND_ERR_HEADERS_OVERFLOW)/, 'bad_http', 'the server did not speak HTTP'],
  // undici takes for granted that a server changes the protocol only when it was asked to.
  [/^ERR_ASSERTION$/, 'bad_http', 'the server broke the rules of HTTP'],
  [/^UND_ERR_(RES|REQ)_CONTENT_LENGTH/, 'bad_http', 'the body did not have the announced length'],
];

/** Names an error of the connection. `before` tells whether any byte of the response had come. */
export function networkFailure(error: unknown): Failure {
  const { code, message } = rootOf(error);
  for (const [pattern, word, meaning] of kinds) {
    if (pattern.test(code))
      return {
        status: word === 'connect' ? 'timeout' : 'error',
        family: 'network',
        code: word,
        message: `${meaning} (${code}${message && message !== code ? `: ${message}` : ''})`,
      };
  }
  return { status: 'error', family: 'network', code: code || 'network', message: message || 'unknown error' };
}

/** Errors of undici that carry a name only. */
const codelessNames: Readonly<Record<string, string>> = { HTTPParserError: 'HPE_INVALID' };

/** The innermost cause that carries a code: undici and Node wrap errors in one another. */
function rootOf(error: unknown): { code: string; message: string } {
  let found = { code: '', message: '' };
  let current = error;
  for (let depth = 0; depth < 8 && current instanceof Error; depth++) {
    const code = (current as NodeJS.ErrnoException).code ?? codelessNames[current.name];
    if (!found.code) found = { code: typeof code === 'string' ? code : '', message: current.message };
    if (current instanceof AggregateError && current.errors.length > 0) current = current.errors[0];
    else current = current.cause;
  }
  return found;
}
