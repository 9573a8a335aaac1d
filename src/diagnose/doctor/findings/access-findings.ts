import type { RefusalKind, Refused } from '../finding.ts';

const isCode = ({ failure }: Refused, family: string, ...codes: string[]): boolean =>
  failure.family === family && codes.includes(failure.code);

const isUnauthorized = ({ failure, probe }: Refused): boolean =>
  failure.family === 'provider' && (probe.exchange.httpStatus === 401 || probe.exchange.httpStatus === 403);

/** Access: gateway, token, key. */
export const access: readonly RefusalKind[] = [
  {
    id: 'gateway-missing',
    mark: 'wrong',
    ofRoute: true,
    explain: (refused) =>
      isCode(refused, 'gateway', '2001')
        ? {
            says: 'the gateway does not exist (400/2001)',
            means: 'The account has no gateway of that name. Only "default" is created automatically.',
            fix: 'Create it under AI → AI Gateway, or correct CF_GATEWAY_ID and CF_ACCOUNT_ID.',
          }
        : undefined,
  },
  {
    id: 'refused-now-and-then',
    mark: 'warning',
    ofRoute: true,
    explain: (refused) =>
      isCode(refused, 'gateway', '2009') &&
      refused.route.probes.some(({ exchange }) => exchange.httpStatus === 200)
        ? {
            says: 'the gateway refused a token that it usually accepts (401/2009)',
            means: 'Under load it sometimes refuses good tokens. A run retries such requests.',
            fix: 'Nothing. If it happens often, lower --concurrency.',
          }
        : undefined,
  },
  {
    id: 'token-refused',
    mark: 'wrong',
    ofRoute: true,
    explain: (refused) => (isCode(refused, 'gateway', '2009') ? tokenRefused(refused) : undefined),
  },
  {
    id: 'token-unknown',
    mark: 'wrong',
    ofRoute: true,
    explain: (refused) =>
      refused.route.throughGateway && isCode(refused, 'cloudflare', '10000')
        ? {
            says: 'Cloudflare does not know the token (401/10000)',
            means: 'CF_AIG_TOKEN is mistyped, expired, revoked, or from another account.',
            fix: "Copy it again, or make a new one in the gateway's own settings.",
          }
        : undefined,
  },
  {
    id: 'authorization-forwarded',
    mark: 'wrong',
    ofRoute: true,
    explain: (refused) =>
      isUnauthorized(refused) && refused.route.auth === 'bearer'
        ? {
            says: 'Authorization went to the provider, which refused it (401)',
            means:
              'Any Authorization header keeps the gateway from using its stored key. With auth: bearer it carried your Cloudflare token, and the provider has now seen it.',
            fix: 'Set auth: aig in the suite, and replace this token with a new one.',
          }
        : undefined,
  },
  {
    id: 'provider-key-refused',
    mark: 'wrong',
    ofRoute: true,
    explain: (refused) =>
      isUnauthorized(refused) && refused.route.sendsProviderKey
        ? {
            says: 'the provider refused OLLAMA_API_KEY (401)',
            means:
              '--provider-key sends it as Authorization, which keeps the gateway from using its stored key.',
            fix: 'Leave out --provider-key to use the stored key, or correct OLLAMA_API_KEY.',
          }
        : undefined,
  },
  {
    id: 'no-gateway-there',
    mark: 'wrong',
    ofRoute: true,
    explain: (refused) =>
      isUnauthorized(refused) && refused.route.throughGateway && !refused.route.cloudflare
        ? {
            says: `the server rejects the credentials (${refused.probe.exchange.httpStatus ?? 401})`,
            means: `It does not respond like Cloudflare's gateway, and the route ${refused.route.route} sends credentials only in the form that gateway expects.`,
            fix: 'For another server, use --route direct with this --base-url, and put its key in OLLAMA_API_KEY.',
          }
        : undefined,
  },
  {
    id: 'no-stored-key',
    mark: 'wrong',
    ofRoute: true,
    explain: (refused) =>
      isUnauthorized(refused) && refused.route.throughGateway
        ? {
            says: 'the provider wants a key, and the gateway sent none that it accepts (401)',
            means:
              'No key is stored for this provider, or it is stored under another alias, or it is no longer valid. Stored keys need an authenticated gateway.',
            fix: 'Store a key from ollama.com/settings/keys with the gateway (Provider Keys), or name its alias in CF_AIG_BYOK_ALIAS.',
          }
        : undefined,
  },
  {
    id: 'key-refused',
    mark: 'wrong',
    ofRoute: true,
    explain: (refused) =>
      isUnauthorized(refused)
        ? {
            says: 'the provider refused the key (401)',
            means: 'OLLAMA_API_KEY is mistyped or revoked, or it is not set and the server wants one.',
            fix: 'Make a key at ollama.com/settings/keys and put it in OLLAMA_API_KEY.',
          }
        : undefined,
  },
];

function tokenRefused({ route }: Refused): ReturnType<RefusalKind['explain']> {
  const says = 'the gateway refuses the token (401/2009)';
  const { doors } = route;
  const takesTheOther = doors?.otherWay === 'open' && doors.withoutToken === 'closed';
  if (route.auth === 'bearer')
    return {
      says,
      means: 'The gateway does not accept the token as Authorization (auth: bearer).',
      fix: takesTheOther
        ? 'Set auth: aig in the suite. The gateway accepts the token in cf-aig-authorization.'
        : "Set auth: aig in the suite. If that is refused, too, make a token in the gateway's own settings.",
    };
  return {
    says,
    means: takesTheOther
      ? 'The gateway refuses CF_AIG_TOKEN in cf-aig-authorization, but accepts it as Authorization.'
      : 'CF_AIG_TOKEN is the wrong kind of token, lacks the permission "AI Gateway Run", or is from another account.',
    fix: takesTheOther
      ? 'Make a token in the gateway\'s own settings, with "AI Gateway Run"; or set auth: bearer in the suite.'
      : 'Make one in the gateway\'s own settings, with "AI Gateway Run", and put it in CF_AIG_TOKEN.',
  };
}
