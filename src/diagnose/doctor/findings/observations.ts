import { findRoute } from '../../../target/routes.ts';
import { count } from '../../../base/text.ts';
import { variables } from '../../../target/environment.ts';
import { duration } from '../../../report/number-text.ts';
import type { Facts, Probe } from '../doctor-facts.ts';
import type { ObservationKind, Place, Said } from '../finding.ts';

/**
 * A smaller difference is not reported: the header `Date` has a resolution of a second, and a slow answer may hide
 * another.
 */
const worthOfClock = 2000;

/** Observations in single answers, with the same words for all of them. */
function inAnswers(
  holds: (probe: Probe) => boolean,
  said: (probe: Probe, cloudflare: boolean) => Said,
): ObservationKind['look'] {
  return ({ routes }) =>
    routes.flatMap(({ probes, cloudflare }) =>
      probes.filter(holds).map((probe) => ({
        ...said(probe, cloudflare),
        where: [{ route: probe.route, model: probe.model }],
      })),
    );
}

/** Observations from the gateway's settings, which are known only with CLOUDFLARE_API_TOKEN. */
function inSettings(
  said: (settings: NonNullable<Facts['account']['settings']>) => Said | undefined,
): ObservationKind['look'] {
  return ({ account, routes }) => {
    const found = account.settings && said(account.settings);
    const where: Place[] = routes.filter((each) => each.throughGateway).map(({ route }) => ({ route }));
    return found ? [{ ...found, where }] : [];
  };
}

const openGateway: Said = {
  says: 'the gateway does not ask for a token',
  means:
    'Anybody who knows the address of this gateway can use it. A stored provider key needs authentication.',
  fix: 'Switch "Authenticated Gateway" on in its settings.',
};

/** Every observation that is possible although requests succeed. To add one: add its object. */
export const observations: readonly ObservationKind[] = [
  {
    id: 'credentials-missing',
    mark: 'wrong',
    look: ({ untried }) =>
      untried
        .filter(({ wanted }) => wanted)
        .map(({ route, missing }) => ({
          where: [{ route }],
          says: `credentials are missing: ${missing.join(', ')}`,
          means: missing.map((name) => `${name} is the ${variables[name].about}.`).join(' '),
          fix: 'Set them in the environment or in a .env file in this folder. gatebench init --gateway shows where to find each. gatebench doctor --route demo needs none.',
        })),
  },
  {
    id: 'buffered',
    mark: 'warning',
    look: inAnswers(
      ({ reasons }) => reasons.includes('buffered'),
      (_, cloudflare) => ({
        says: 'the stream arrived in one burst at its end',
        means:
          'Something on the way buffers it, so there is no time to first token. Runs mark such rows "buffered".',
        fix: cloudflare
          ? 'Switch Guardrails and DLP off, look for a proxy, and try --route direct to see the difference.'
          : 'Look for a proxy that buffers it, or connect to the server directly.',
      }),
    ),
  },
  {
    id: 'load-bound',
    mark: 'warning',
    // The first question may have to load a model. The second comes right after it.
    look: inAnswers(
      ({ reasons, streamed }) => reasons.includes('cold_load') && !streamed,
      ({ exchange: { serverTimings } }) => ({
        says: `the model was loaded again for the second request${serverTimings?.loadMs === undefined ? '' : `, in ${duration(serverTimings.loadMs)}`}`,
        means:
          'It does not stay in memory. Nearly every answer would wait for it and be left out of latencies.',
        fix: 'Set gateway.local.keep_alive higher, or let fewer models share the memory.',
      }),
    ),
  },
  {
    id: 'max-tokens-ignored',
    mark: 'warning',
    look: ({ overrun, limits }) =>
      overrun === 0
        ? []
        : [
            {
              where: [],
              says: `servers used ${count(overrun, 'token')} more than they were allowed`,
              means: `They ignore max_tokens, or count more tokens in a prompt than it has. What doctor asked for stays within ${limits.tokens.toLocaleString('en-US')}.`,
              fix: 'Give runs a budget in requests (run.budget.requests). A budget in tokens is only known afterward.',
            },
          ],
  },
  {
    id: 'no-cloudflare',
    mark: 'note',
    look: ({ routes }) =>
      routes
        .filter(
          ({ throughGateway, cloudflare, probes }) =>
            throughGateway && !cloudflare && probes.some(({ exchange }) => exchange.httpStatus !== undefined),
        )
        .map(({ route }) => ({
          where: [{ route }],
          says: "it does not respond like Cloudflare's gateway",
          means: 'None of its headers came back, so there is no log and no cache status.',
          fix: 'For any other OpenAI-compatible server, use --route direct with this --base-url.',
        })),
  },
  {
    id: 'usage-missing',
    mark: 'warning',
    look: inAnswers(
      ({ exchange }) => exchange.outcome === 'ok' && exchange.usage.completionTokens === undefined,
      ({ streamed }) => ({
        says: `${streamed ? 'streamed' : 'whole'} answers carry no token counts`,
        means: 'Tokens, tokens per second, and cost stay empty. They are never guessed.',
        fix: streamed
          ? 'A suite cannot fix this: stream_options.include_usage was set. Compare with --route direct.'
          : 'A suite cannot fix this. Compare with --route direct.',
      }),
    ),
  },
  {
    id: 'cached',
    mark: 'warning',
    look: inAnswers(
      ({ reasons }) => reasons.includes('cache_hit'),
      () => ({
        says: "the answer came from the gateway's cache",
        means:
          'Every request asks to skip it (cf-aig-skip-cache), but it answered anyway. Such rows stay out of latencies.',
        fix: "Switch caching off in the gateway's settings, and send no cf-aig-cache-key in gateway.headers.",
      }),
    ),
  },
  {
    id: 'fallback',
    mark: 'warning',
    look: inAnswers(
      ({ reasons, exchange }) => reasons.includes('fallback') || exchange.receipts.servedBy !== undefined,
      ({ exchange: { receipts } }) => ({
        says:
          receipts.servedBy === undefined
            ? `step ${receipts.gatewayStep ?? '?'} of a fallback answered`
            : `a dynamic route chose ${receipts.servedBy}`,
        means: 'The answer may come from another model or provider.',
        fix: 'Remove fallbacks and dynamic routes from the gateway you measure through.',
      }),
    ),
  },
  {
    id: 'other-model',
    mark: 'warning',
    look: inAnswers(
      ({ reasons }) => reasons.includes('other_model'),
      ({ exchange, name }) => ({
        says: `"${exchange.receipts.echoedModel ?? ''}" answered instead of "${name.replace(/^.*\//, '')}"`,
        means: 'The name is an alias, or something on the way swaps models. Such rows stay out of latencies.',
        fix: 'Name the model that actually answers.',
      }),
    ),
  },
  {
    id: 'cloud-suffix-taken',
    mark: 'note',
    look: inAnswers(
      ({ exchange, wireModel, route }) =>
        exchange.httpStatus === 200 && !findRoute(route)?.isOnThisMachine && /[:-]cloud$/.test(wireModel),
      ({ name }) => ({
        says: 'the suffix :cloud is accepted here',
        means: 'It is not documented for ollama.com. It is meant for a local Ollama.',
        fix: `Write ${name.replace(/[:-]cloud$/, '')}.`,
      }),
    ),
  },
  {
    id: 'no-log-id',
    mark: 'note',
    look: ({ routes }) =>
      routes
        .filter(
          ({ throughGateway, cloudflare, probes }) =>
            throughGateway &&
            cloudflare &&
            probes.some(
              ({ exchange }) => exchange.httpStatus === 200 && exchange.receipts.gatewayLogId === undefined,
            ),
        )
        .map(({ route }) => ({
          where: [{ route }],
          says: 'answers carry no cf-aig-log-id',
          means: "Rows cannot be found in the gateway's log by id. Its log may be off.",
          fix: "To compare with the log, switch logging on in the gateway's settings.",
        })),
  },
  {
    id: 'gateway-retries-unseen',
    mark: 'warning',
    look: ({ account: { log } }) =>
      log && log.rows.length > 1
        ? [
            {
              where: [{ route: log.probe.route }],
              says: `the log has ${log.rows.length} rows for one request: the gateway retried on its own`,
              means: 'cf-aig-max-attempts: 1 did not stop it, so retries hide in latencies.',
              fix: 'Switch "Retry Requests" off in the gateway\'s settings.',
            },
          ]
        : [],
  },
  {
    id: 'gateway-retries-on',
    mark: 'note',
    look: inSettings(({ retryAttempts = 0 }) =>
      retryAttempts > 0
        ? {
            says: `the gateway is set to retry failed requests (up to ${count(retryAttempts, 'time')})`,
            means: 'gatebench turns this off for each request with cf-aig-max-attempts: 1.',
            fix: 'To be safe, switch "Retry Requests" off for the gateway you measure through.',
          }
        : undefined,
    ),
  },
  {
    id: 'cache-on',
    mark: 'note',
    look: inSettings(({ cacheTtl = 0 }) =>
      cacheTtl > 0
        ? {
            says: `the gateway's cache is on (${cacheTtl} s)`,
            means: 'gatebench asks to skip it on every request.',
            fix: 'To be safe, switch it off for the gateway you measure through.',
          }
        : undefined,
    ),
  },
  {
    id: 'rate-limit-on',
    mark: 'note',
    look: inSettings(({ rateLimit = 0, rateIntervalSeconds }) =>
      rateLimit > 0
        ? {
            says: `the gateway allows ${count(rateLimit, 'request')} in ${rateIntervalSeconds ?? '?'} s`,
            means: 'A run that sends more is refused with 429.',
            fix: 'Switch rate limiting off, or stay below it.',
          }
        : undefined,
    ),
  },
  {
    id: 'guardrails-on',
    mark: 'warning',
    look: inSettings(({ guardrails }) =>
      guardrails
        ? {
            says: 'Guardrails are on',
            means: 'They add about half a second per check, and turn streams into a single piece.',
            fix: 'Switch them off for the gateway you measure through.',
          }
        : undefined,
    ),
  },
  {
    id: 'open-gateway',
    mark: 'warning',
    look: inSettings(({ authentication }) => (authentication === false ? openGateway : undefined)),
  },
  {
    id: 'perhaps-open-gateway',
    mark: 'note',
    look: ({ routes, account }) =>
      routes
        .filter(
          ({ doors }) => doors?.withoutToken === 'open' && account.settings?.authentication === undefined,
        )
        .map(({ route }) => ({
          ...openGateway,
          says: 'the gateway did not refuse a request without a token',
          means: `It may need none, or it may have checked the model first. ${openGateway.means}`,
          fix: `Make sure that "Authenticated Gateway" is on in its settings.`,
          where: [{ route }],
        })),
  },
  {
    id: 'clock',
    mark: 'warning',
    look: ({ routes }) =>
      routes
        .filter(({ clockAheadMs = 0 }) => Math.abs(clockAheadMs) >= worthOfClock)
        .map(({ route, clockAheadMs = 0 }) => ({
          where: [{ route }],
          says: `this machine's clock is ${duration(Math.abs(clockAheadMs))} ${clockAheadMs > 0 ? 'behind' : 'ahead of'} the server's`,
          means:
            'Latencies are safe: they come from a monotonic clock. Timestamps of rows, and waits until a date, are not.',
          fix: 'Switch on NTP on this machine.',
        })),
  },
  {
    id: 'api-token-refused',
    mark: 'warning',
    look: ({ account: { failure } }) =>
      failure?.family === 'cloudflare' && failure.code === '10000'
        ? [
            {
              where: [],
              says: "Cloudflare's API refuses CLOUDFLARE_API_TOKEN (10000)",
              means: 'The token is invalid, or may not read AI Gateway. Only settings and log stay unknown.',
              fix: 'Make one with the permission "AI Gateway Read" for this account.',
            },
          ]
        : [],
  },
  {
    id: 'no-logs-api',
    mark: 'note',
    look: ({ account: { log } }) =>
      log?.failure
        ? [
            {
              where: [],
              says: `the gateway's log cannot be read (${log.failure.code})`,
              means:
                log.failure.code === '7003'
                  ? 'Accounts created on or after September 24, 2026, have no logs API.'
                  : `${log.failure.message}.`,
              fix: 'Without it, gatebench reconcile needs an exported log.',
            },
          ]
        : [],
  },
];
