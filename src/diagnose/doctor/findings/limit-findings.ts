import { duration } from '../../../report/number-text.ts';
import type { Mark, RefusalKind, Refused, Said } from '../finding.ts';

interface Limit extends Said {
  id: string;
  mark: Mark;
  ofRoute: boolean;
  is(refused: Refused): boolean;
}

const code =
  (...codes: string[]) =>
  ({ failure }: Refused): boolean =>
    codes.includes(failure.code);

/** Limits of a plan, a gateway or the edge, the most specific first. */
const kinds: readonly Limit[] = [
  {
    id: 'session-limit',
    mark: 'wrong',
    ofRoute: true,
    is: code('session_limit'),
    says: "the plan's session limit is reached (429)",
    means: 'Ollama counts usage in sessions of a few hours. Every request is refused until the next session.',
    fix: 'Wait for the next session, or use a larger plan: ollama.com/settings.',
  },
  {
    id: 'weekly-limit',
    mark: 'wrong',
    ofRoute: true,
    is: code('weekly_limit'),
    says: "the plan's weekly limit is reached (429)",
    means: 'Every request is refused until the week is over.',
    fix: 'Wait, or use a larger plan: ollama.com/settings.',
  },
  {
    id: 'concurrency-limit',
    mark: 'warning',
    ofRoute: true,
    is: code('concurrency'),
    says: 'the plan has no free slot for a request',
    means: 'Something else is using the same account. In a run this wait would count as latency.',
    fix: 'Stop whatever else uses the account, and keep --concurrency at or below the slots of your plan.',
  },
  {
    id: 'gateway-rate-limit',
    mark: 'wrong',
    ofRoute: true,
    is: ({ failure }) => failure.family === 'gateway' && failure.status === 'rate_limited',
    says: 'the gateway limits the rate (429)',
    means: 'Its rate limit or a spend limit refuses requests before they reach the provider.',
    fix: "Switch the gateway's rate limiting off, or set it above what a run sends.",
  },
  {
    id: 'edge-rate-limit',
    mark: 'wrong',
    ofRoute: true,
    is: ({ failure }) => failure.family === 'edge' && failure.status === 'rate_limited',
    says: "Cloudflare's edge limits the rate (429/1015)",
    means: 'Too many requests came from this address.',
    fix: 'Wait a minute, then try again with a lower --concurrency.',
  },
  {
    id: 'provider-rate-limit',
    mark: 'wrong',
    ofRoute: true,
    is: ({ failure }) => failure.status === 'rate_limited',
    says: 'the provider limits the rate (429)',
    means: 'The plan allows fewer requests than were sent.',
    fix: 'Wait, then run with a lower --concurrency.',
  },
  {
    id: 'no-credit',
    mark: 'wrong',
    ofRoute: true,
    is: ({ failure }) => failure.family === 'gateway' && failure.code === '2021',
    says: 'Cloudflare has no credit for this (402/2021)',
    means: 'The gateway found no stored key for the provider, so it tried Unified Billing.',
    fix: 'Store your provider key with the gateway, or load credit.',
  },
  {
    id: 'not-in-plan',
    mark: 'wrong',
    ofRoute: false,
    is: ({ probe }) => probe.exchange.httpStatus === 402,
    says: 'the plan does not include this model (402)',
    means: 'Ollama offers it to larger plans only.',
    fix: 'Leave the model out, or use a larger plan: ollama.com/upgrade.',
  },
  {
    id: 'overloaded',
    mark: 'warning',
    ofRoute: false,
    is: ({ failure, probe }) => failure.code === 'overloaded' || probe.exchange.httpStatus === 503,
    says: 'the provider is overloaded (503)',
    means: 'Nothing is wrong with your setup. The model is busy.',
    fix: 'Try again later. Runs retry such requests and count them.',
  },
];

/** Adds the wait that the server asked for. */
const withWait = ({ says, means, fix }: Limit, { failure }: Refused): Said => ({
  says,
  means:
    failure.retryAfterMs === undefined
      ? means
      : `${means} It asks to wait ${duration(failure.retryAfterMs)}.`,
  fix,
});

export const limits: readonly RefusalKind[] = kinds.map((kind) => ({
  id: kind.id,
  mark: kind.mark,
  ofRoute: kind.ofRoute,
  explain: (refused) =>
    // Guardrails that are down also send 503, but have a code of their own.
    kind.is(refused) && refused.failure.code !== '7013' ? withWait(kind, refused) : undefined,
}));
