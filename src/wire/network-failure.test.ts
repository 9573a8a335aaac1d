import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { isOwnLimit, ownLimits } from '../measure/own-limits.ts';
import { networkFailure } from './network-failure.ts';
import { certificate, key } from './testing/certificate.ts';
import { failureOf, frameText, goodFrames, testGateway } from './testing/server.ts';

async function tlsServer(): Promise<{ url: string } & AsyncDisposable> {
  const server = createServer({ key, cert: certificate }, (request, response) => {
    request.resume();
    request.on('end', () => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(goodFrames().map(frameText).join(''));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

describe('TLS', () => {
  test('an untrusted certificate is refused, and named', async () => {
    await using server = await tlsServer();
    await using client = testGateway();
    expect(failureOf(await client.ask(server.url))).toMatchObject({ family: 'network', code: 'tls' });
  });

  test('with a known authority it works, and look-up, connection and handshake are timed', async () => {
    await using server = await tlsServer();
    await using client = testGateway({}, {}, certificate);
    const { outcome, connection } = await client.ask(server.url);
    expect(outcome).toBe('ok');
    expect(connection).toMatchObject({ reused: false });
    expect(connection.dnsMs).toBeGreaterThan(0);
    expect(connection.connectMs).toBeGreaterThan(0);
    expect(connection.tlsMs).toBeGreaterThan(0);
    expect((await client.ask(server.url)).connection).toEqual({ reused: true });
  });
});

test.each([
  ['ENOTFOUND', 'dns'],
  ['ECONNREFUSED', 'refused'],
  ['UND_ERR_CONNECT_TIMEOUT', 'connect'],
  ['EHOSTUNREACH', 'unreachable'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls'],
  ['UND_ERR_SOCKET', 'reset'],
  ['HPE_INVALID_CONSTANT', 'bad_http'],
  ['EWHATEVER', 'EWHATEVER'],
])('%s is "%s"', (code, word) => {
  const inner = Object.assign(new Error('inner'), { code });
  expect(networkFailure(new TypeError('fetch failed', { cause: new AggregateError([inner]) }))).toMatchObject(
    {
      family: 'network',
      code: word,
    },
  );
});

/** What OpenSSL has against a certificate, as Node names it. */
test.each([
  ...['UNABLE_TO_GET_ISSUER_CERT', 'UNABLE_TO_GET_CRL', 'UNABLE_TO_DECRYPT_CERT_SIGNATURE'],
  ...['UNABLE_TO_DECRYPT_CRL_SIGNATURE', 'UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY', 'CERT_SIGNATURE_FAILURE'],
  ...[
    'CRL_SIGNATURE_FAILURE',
    'CERT_NOT_YET_VALID',
    'CERT_HAS_EXPIRED',
    'CRL_NOT_YET_VALID',
    'CRL_HAS_EXPIRED',
  ],
  ...['ERROR_IN_CERT_NOT_BEFORE_FIELD', 'ERROR_IN_CERT_NOT_AFTER_FIELD', 'ERROR_IN_CRL_LAST_UPDATE_FIELD'],
  ...['ERROR_IN_CRL_NEXT_UPDATE_FIELD', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN'],
  ...['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'CERT_CHAIN_TOO_LONG'],
  ...[
    'CERT_REVOKED',
    'INVALID_CA',
    'PATH_LENGTH_EXCEEDED',
    'INVALID_PURPOSE',
    'CERT_UNTRUSTED',
    'CERT_REJECTED',
  ],
  ...['HOSTNAME_MISMATCH', 'ERR_TLS_CERT_ALTNAME_INVALID', 'ERR_SSL_WRONG_VERSION_NUMBER'],
])('%s is of TLS', (code) => {
  expect(networkFailure(Object.assign(new Error('x'), { code }))).toMatchObject({
    family: 'network',
    code: 'tls',
  });
});

test('only a connection that took too long is a timeout', () => {
  const statusOf = (code: string): string => networkFailure(Object.assign(new Error(), { code })).status;
  expect([statusOf('ETIMEDOUT'), statusOf('ECONNRESET')]).toEqual(['timeout', 'error']);
});

test('an error that says nothing still has a name', () => {
  expect(networkFailure(undefined)).toMatchObject({ code: 'network', message: 'unknown error' });
});

test.each(Object.keys(ownLimits))('%s is a limit of this machine, whatever wraps it', (code) => {
  const inner = Object.assign(new Error(`connect ${code} 127.0.0.1:80`), { code });
  const failure = networkFailure(new TypeError('fetch failed', { cause: new AggregateError([inner]) }));
  expect(failure).toMatchObject({ family: 'client', code, status: 'error' });
  expect(failure.message).toContain(code);
  expect(isOwnLimit(failure)).toBe(true);
});

test('an exception of our own is not blamed on the network', () => {
  for (const error of [new RangeError('Maximum call stack size exceeded'), new TypeError('x is undefined')])
    expect(networkFailure(error)).toMatchObject({ family: 'client', code: 'internal' });
});

test.each([
  ['network', 'EMFILE'],
  ['client', 'cancelled'],
  ['client', 'first_token'],
  ['client', 'toString'],
  ['provider', 'ENOMEM'],
])('%s · %s is not a limit of this machine', (family, code) => {
  expect(isOwnLimit({ family, code })).toBe(false);
});
