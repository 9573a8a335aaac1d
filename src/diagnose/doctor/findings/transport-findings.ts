import type { RefusalKind } from '../finding.ts';

/** The way there, and whatever nobody else explains: the last of the kinds explains everything. */
export const transport: readonly RefusalKind[] = [
  {
    id: 'no-local-ollama',
    mark: 'wrong',
    ofRoute: true,
    explain: ({ failure, route }) =>
      failure.family === 'network' && route.route === 'local'
        ? {
            says: `no Ollama answers at ${route.url}`,
            means: `${failure.message}.`,
            fix: 'Start it (ollama serve), or say where it is with --base-url.',
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
            fix: 'Look at network, proxy (HTTPS_PROXY, NO_PROXY) and --base-url.',
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
            means: `${failure.message}. A first call may wait for the model to be loaded.`,
            fix: 'Try again; if it stays so, give run.timeouts more room or leave the model out.',
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
              "The provider failed just now, or the custom provider's base URL leads to a host that does not answer.",
            fix: 'Try again; if it stays so, set the base URL to https://ollama.com.',
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
            says: `a page came in the place of an answer (${probe.exchange.httpStatus ?? failure.code})`,
            means: `${failure.message}. A proxy or a web server before the model wrote it.`,
            fix: 'Look whether --base-url leads to the model server itself, and whether that is up.',
          }
        : undefined,
  },
  {
    id: 'edge',
    mark: 'wrong',
    explain: ({ failure, probe }) =>
      failure.family === 'edge'
        ? {
            says: `Cloudflare's edge answered in the provider's place (${probe.exchange.httpStatus ?? failure.code})`,
            means: `${failure.message}. The provider behind it was too slow or not there.`,
            fix: 'Try again; streamed requests get through where long silent ones do not.',
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
          ? 'Look whether --base-url leads to the provider itself.'
          : probe.exchange.receipts.gatewayLogId === undefined
            ? `Look it up in the gateway's log by its event id: ${probe.exchange.eventId}.`
            : `Look it up in the gateway's log: ${probe.exchange.receipts.gatewayLogId}.`,
    }),
  },
];

/** It stands behind Cloudflare's edge, whose own numbers begin at 520. */
const isOllamaCloud = (url: string): boolean =>
  /(^|\.)ollama\.com$/.test(URL.canParse(url) ? new URL(url).hostname : '');

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}
