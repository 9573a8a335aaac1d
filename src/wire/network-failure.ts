import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import type { Failure } from '../measure/exchange.ts';
import { ownLimits } from '../measure/own-limits.ts';

const kinds: readonly (readonly [RegExp, string, string])[] = [
  [/^(ENOTFOUND|EAI_AGAIN|EAI_\w+)$/, 'dns', 'the host name could not be looked up'],
  [/^ECONNREFUSED$/, 'refused', 'the connection was refused'],
  [/^(UND_ERR_CONNECT_TIMEOUT|ETIMEDOUT)$/, 'connect', 'no connection within the deadline'],
  [/^(EHOSTUNREACH|ENETUNREACH|ENETDOWN)$/, 'unreachable', 'the host cannot be reached'],
  [/^(ERR_TLS|ERR_SSL|ERR_OSSL|EPROTO)/, 'tls', 'the TLS handshake failed'],
  // OpenSSL's reasons against a certificate.
  [
    /^(CERT_|CRL_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|ERROR_IN_C|HOSTNAME_MISMATCH|INVALID_(CA|PURPOSE)|PATH_LENGTH)/,
    'tls',
    'the TLS handshake failed',
  ],
  [/^(ECONNRESET|EPIPE|UND_ERR_SOCKET|UND_ERR_DESTROYED)/, 'reset', 'the connection was lost'],
  [/^(HPE_|UND_ERR_HEADERS_OVERFLOW)/, 'bad_http', 'the server did not speak HTTP'],
  // undici assumes that a server changes the protocol only if asked to.
  [/^ERR_ASSERTION$/, 'bad_http', 'the server broke the rules of HTTP'],
  [/^UND_ERR_(RES|REQ)_CONTENT_LENGTH/, 'bad_http', 'the body did not have the announced length'],
];

/**
 * Classifies an error of the connection. A limit of this machine is our own failure. So is an error without a code of a
 * system or of undici: an exception while reading is not the network's fault.
 */
export function networkFailure(error: unknown): Failure {
  const root = rootOf(error);
  const { code, message } = ownLimitBehind(root) ?? root;
  if (Object.hasOwn(ownLimits, code))
    return { status: 'error', family: 'client', code, message: `${ownLimits[code]!} (${message || code})` };
  for (const [pattern, word, meaning] of kinds) {
    if (pattern.test(code))
      return {
        status: word === 'connect' ? 'timeout' : 'error',
        family: 'network',
        code: word,
        message: `${meaning} (${code}${message && message !== code ? `: ${message}` : ''})`,
      };
  }
  const isOurs = error instanceof Error && (code === '' || code.startsWith('ERR_'));
  return {
    status: 'error',
    family: isOurs ? 'client' : 'network',
    code: code || (isOurs ? 'internal' : 'network'),
    message: message || 'unknown error',
  };
}

interface Root {
  code: string;
  message: string;
}

/** Without free file handles a name cannot be looked up either, and then the resolver blames the name. */
function ownLimitBehind({ code }: Root): Root | undefined {
  if (!/^(ENOTFOUND|EAI_\w+)$/.test(code)) return undefined;
  try {
    closeSync(openSync(devNull, 'r'));
    return undefined;
  } catch (error) {
    const { code: own = '', message } = error as NodeJS.ErrnoException;
    return Object.hasOwn(ownLimits, own) ? { code: own, message } : undefined;
  }
}

/** Errors of undici that carry only a name. */
const codelessNames: Readonly<Record<string, string>> = { HTTPParserError: 'HPE_INVALID' };

/** The innermost cause with a code: undici and Node wrap errors in one another. */
function rootOf(error: unknown): Root {
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
