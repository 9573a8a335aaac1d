import { findRoute } from '../../../target/routes.ts';
import type { RefusalKind } from '../finding.ts';

/** The network, and everything that no other kind explains: the last one always matches. */
export const transport: readonly RefusalKind[] = [
  {
    id: 'no-local-ollama',
    mark: 'wrong',
    ofRoute: true,
    explain: ({ failure, route }) =>
      failure.family === 'network' && findRoute(route.route)?.isOnThisMachine
        ? {
            says: `no Ollama answers at ${route.url}`,
            means: `${failure.message}.`,
            fix: 'Start it (ollama serve), or give its address with --base-url.',
          }
        : undefined,
  },
  {
    id: 'unreachable',
    mark: 'wrong',
    ofRoute: true,
    explain: ({ failure, route }) =>
      failure.family === 'network'
        ? {
            says: `${hostOf(route.url)} cannot be reached (${failure.code})`,
            means: `${failure.message}.`,
            fix: 'Check the network, the proxy (HTTPS_PROXY, NO_PROXY), and --base-url.',
          }
        : undefined,
  },
  {
    id: 'too-slow',
    mark: 'wrong',
    explain: ({ failure }) =>
      failure.status === 'timeout'
        ? {
            says: `no answer in time (${failure.code})`,
            means: `${failure.message}. A first call may wait for the model to load.`,
            fix: 'Try again. If it keeps happening, raise run.timeouts or leave the model out.',
          }
        : undefined,
  },
  {
    id: 'upstream-failed',
    mark: 'wrong',
    ofRoute: true,
    explain: ({ failure }) =>
      failure.family === 'gateway' && failure.code === '2005'
        ? {
            says: 'the gateway got no answer from the provider (400/2005)',
            means:
              "The provider failed just now, or the custom provider's base URL points to a host that does not answer.",
            fix: 'Try again. If it keeps happening, set the base URL to https://ollama.com.',
          }
        : undefined,
  },
  {
    id: 'page-in-its-place',
    mark: 'wrong',
    explain: ({ failure, probe, route }) =>
      failure.family === 'edge' &&
      !route.cloudflare &&
      !isOllamaCloud(route.url) &&
      (probe.exchange.httpStatus ?? 0) < 520
        ? {
            says: `a web page came back instead of an answer (${probe.exchange.httpStatus ?? failure.code})`,
            means: `${failure.message}. A proxy or a web server in front of the model sent it.`,
            fix: 'Check that --base-url points to the model server, and that the server is up.',
          }
        : undefined,
  },
  {
    id: 'edge',
    mark: 'wrong',
    explain: ({ failure, probe }) =>
      failure.family === 'edge'
        ? {
            says: `Cloudflare's edge answered instead of the provider (${probe.exchange.httpStatus ?? failure.code})`,
            means: `${failure.message}. The provider behind it was too slow, or down.`,
            fix: 'Try again. Streamed requests get through where long silent ones time out.',
          }
        : undefined,
  },
  {
    id: 'other-failure',
    mark: 'wrong',
    explain: ({ failure, probe, route }) => ({
      says: `it failed: ${failure.family} ${failure.code}`,
      means: failure.message,
      fix:
        !route.throughGateway || !route.cloudflare
          ? 'Check that --base-url points to the provider.'
          : probe.exchange.receipts.gatewayLogId === undefined
            ? `Look it up in the gateway's log by its event id: ${probe.exchange.eventId}.`
            : `Look it up in the gateway's log: ${probe.exchange.receipts.gatewayLogId}.`,
    }),
  },
];

/** It is behind Cloudflare's edge, whose own numbers begin at 520. */
const isOllamaCloud = (url: string): boolean =>
  /(^|\.)ollama\.com$/.test(URL.canParse(url) ? new URL(url).hostname : '');

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}
