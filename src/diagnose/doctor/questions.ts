import { findRoute, isSimulatedRoute } from '../../target/routes.ts';
import { count, oneLine } from '../../base/text.ts';
import { duration } from '../../report/number-text.ts';
import type { BasePath, Facts, LogFacts, Probe, RouteFacts } from './doctor-facts.ts';

/** Questions that the vendors' documents leave open, and the answers for this account. */
export interface Answer {
  id: string;
  asks: string;
  /** A sentence. */
  found: string;
  /** Whether the answer is certain for this account. */
  settled: boolean;
}

interface Question {
  id: string;
  asks: string;
  /** Undefined: the examination did not cover it. */
  answer: (facts: Facts) => Pick<Answer, 'found' | 'settled'> | undefined;
}

const settled = (found: string): Pick<Answer, 'found' | 'settled'> => ({ found, settled: true });
const open = (found: string): Pick<Answer, 'found' | 'settled'> => ({ found, settled: false });

const gatewayRoutes = ({ routes }: Facts): RouteFacts[] =>
  routes.filter(
    ({ throughGateway, cloudflare, route }) => throughGateway && cloudflare && !isSimulatedRoute(route),
  );
const gatewayProbes = (facts: Facts): Probe[] => gatewayRoutes(facts).flatMap(({ probes }) => probes);
const answered = ({ exchange }: Probe): boolean => exchange.httpStatus === 200;
/** Why Cloudflare's API was not used. */
const notAsked = ({ account }: Facts): string =>
  account.hasToken
    ? "not asked: this is not Cloudflare's own address (see --api-url)."
    : 'needs CLOUDFLARE_API_TOKEN (AI Gateway Read).';

/** The open questions about Cloudflare AI Gateway. To add one: add its object. */
const questions: readonly Question[] = [
  {
    id: 'compat-join',
    asks: 'How /compat joins the base URL',
    answer(facts) {
      const compat = gatewayRoutes(facts).find(({ route }) => findRoute(route)?.isUnified);
      const probe = compat?.probes[0];
      const basePath = compat?.providers.find(({ slug }) => slug === probe?.slug)?.basePath;
      if (!compat || !probe) return undefined;
      if (basePath === undefined) return open("unknown: the provider's base URL could not be determined.");
      if (compat.probes.some(answered)) return settled(joinOf[basePath].works);
      const is404 = compat.probes.some(({ exchange }) => exchange.httpStatus === 404);
      const isPath =
        is404 &&
        compat.probes.every(
          ({ exchange }) => exchange.outcome === 'failed' && exchange.failure.code === 'http_404',
        );
      return isPath ? settled(joinOf[basePath].fails) : open('unknown: no request got that far.');
    },
  },
  {
    id: 'bearer',
    asks: 'Token as Authorization',
    answer(facts) {
      const compat = gatewayRoutes(facts).find(({ route }) => findRoute(route)?.isUnified);
      if (!compat?.doors) return undefined;
      return bearerAnswer(compat);
    },
  },
  {
    id: 'rate-limit-answer',
    asks: 'How the gateway says 429',
    answer(facts) {
      const limited = gatewayProbes(facts).find(
        ({ exchange }) =>
          exchange.outcome === 'failed' &&
          exchange.failure.family === 'gateway' &&
          exchange.failure.status === 'rate_limited',
      );
      if (limited?.exchange.outcome !== 'failed')
        return gatewayProbes(facts).length > 0
          ? open('none came, and doctor does not provoke one.')
          : undefined;
      const { code, message, retryAfterMs } = limited.exchange.failure;
      const wait = retryAfterMs === undefined ? 'no Retry-After' : `Retry-After of ${duration(retryAfterMs)}`;
      return settled(`code ${code}, "${message}", ${wait}.`);
    },
  },
  {
    id: 'streams',
    asks: 'Whether answers are really streamed',
    answer(facts) {
      const streamed = gatewayProbes(facts).filter((probe) => probe.streamed && answered(probe));
      if (streamed.length === 0) return undefined;
      const found = streamed.map(spreadOf).toSorted((a, b) => b.pieces - a.pieces)[0]!;
      if (streamed.some(({ reasons }) => reasons.includes('buffered')))
        return settled('no: an answer arrived in one burst at its end.');
      if (
        streamed.some(
          ({ exchange }) => exchange.outcome === 'failed' && exchange.failure.code === 'json_instead_of_sse',
        )
      )
        return settled('no: JSON came in one piece.');
      return found.pieces >= 5
        ? settled(`yes: ${found.pieces} pieces over ${duration(found.spanMs)}.`)
        : open(`the answer was too short to tell (${count(found.pieces, 'piece')}).`);
    },
  },
  {
    id: 'cache-status',
    asks: 'cf-aig-cache-status, skipped',
    answer(facts) {
      const statuses = new Set(
        gatewayProbes(facts)
          .filter(answered)
          .map(({ exchange }) => exchange.receipts.cacheStatus ?? 'absent'),
      );
      return statuses.size === 0 ? undefined : settled(`${[...statuses].join(', ')}.`);
    },
  },
  {
    id: 'log-tokens',
    asks: 'Tokens of a stream in the log',
    answer(facts) {
      if (gatewayProbes(facts).length === 0) return undefined;
      const { log, asked } = facts.account;
      if (!log) return open(asked ? 'no request reached the log.' : notAsked(facts));
      if (log.failure) return open(`the log cannot be read (${log.failure.code}).`);
      const row = log.rows.find(({ tokensOut }) => tokensOut !== undefined) ?? log.rows[0];
      if (!row) return open(`not in the log within ${duration(log.waitedMs)}.`);
      const { promptTokens, completionTokens } = log.probe.exchange.usage;
      if (row.tokensOut === undefined) return settled(`none, after ${duration(log.waitedMs)}.`);
      const same = row.tokensIn === promptTokens && row.tokensOut === completionTokens;
      const ours = `${promptTokens ?? '–'} + ${completionTokens ?? '–'}`;
      return settled(
        `${row.tokensIn ?? '–'} + ${row.tokensOut}, ${same ? 'as in the answer' : `but ${ours} in the answer`}.`,
      );
    },
  },
  {
    id: 'log-duration',
    asks: "What the log's duration means",
    answer({ account: { log } }) {
      return log?.rows.length ? durationAnswer(log) : undefined;
    },
  },
  {
    id: 'max-attempts',
    asks: 'Whether max-attempts: 1 works',
    answer(facts) {
      const { log, settings, asked } = facts.account;
      if (gatewayProbes(facts).length === 0) return undefined;
      if (log && log.rows.length > 1)
        return settled(`no: the log has ${log.rows.length} rows for one request.`);
      if (settings && (settings.retryAttempts ?? 0) === 0)
        return open('not tested: the gateway is not set to retry.');
      if (log?.rows.length === 1)
        return open('one request, one row in the log. But no request failed, so none needed a retry.');
      return open(asked ? 'the log does not say.' : notAsked(facts));
    },
  },
];

const joinOf: Readonly<Record<BasePath, { works: string; fails: string }>> = {
  '': {
    works: 'a base URL without a path works: /v1/chat/completions is added.',
    fails: 'a base URL without a path does not work: /v1 is not added. --route provider does.',
  },
  '/v1': {
    works: 'a base URL ending in /v1 works: only /chat/completions is added, or the path is replaced.',
    fails: 'a base URL ending in /v1 does not work: /v1 is added to it.',
  },
  '/api': {
    works: 'a base URL ending in /api works: its path is replaced by /v1/chat/completions.',
    fails: 'a base URL ending in /api does not work: /v1/chat/completions is added to it.',
  },
};

function bearerAnswer({ auth, doors, bearer, probes }: RouteFacts): Pick<Answer, 'found' | 'settled'> {
  if (auth === 'bearer')
    return probes.some(answered)
      ? settled('accepted (auth: bearer), and not passed on to the provider.')
      : open('used (auth: bearer), but no request got through.');
  if (bearer?.exchange.outcome === 'ok')
    return settled('accepted (auth: bearer), and not passed on to the provider.');
  if (bearer?.exchange.httpStatus === 401 && bearer.exchange.failure.family === 'provider')
    return settled('passed on to the provider. Use auth: aig.');
  if (doors?.otherWay === 'closed') return settled('refused (401). Use auth: aig.');
  if (doors?.withoutToken === 'open')
    return open('unknown: a request without any token is not refused either.');
  if (doors?.otherWay === 'open')
    return open('accepted by the gateway. To see if it is also passed on to the provider, use --try-bearer.');
  return open("unknown: the gateway's answer does not show it.");
}

function spreadOf({ exchange }: Probe): { pieces: number; spanMs: number } {
  const instants = Array.from(exchange.chunks.texts(), ({ at }) => at);
  return { pieces: instants.length, spanMs: (instants.at(-1) ?? 0) - (instants[0] ?? 0) };
}

/** Closer to the first byte or to the last, if these are far enough apart to decide. */
function durationAnswer({ rows, probe }: LogFacts): Pick<Answer, 'found' | 'settled'> {
  const logged = rows[0]?.durationMs;
  const { headersMs, bodyEndMs, doneMs } = probe.exchange;
  const lastMs = bodyEndMs ?? doneMs;
  if (logged === undefined || headersMs === undefined || lastMs === undefined)
    return open('the log does not say.');
  const seen = `${duration(logged)} when the first byte came after ${duration(headersMs)} and the last after ${duration(lastMs)}`;
  const [toFirst, toLast] = [Math.abs(logged - headersMs), Math.abs(logged - lastMs)];
  if (Math.abs(toFirst - toLast) < 0.3 * (lastMs - headersMs) || lastMs - headersMs < 100)
    return open(`${seen}: unknown.`);
  return settled(`${toLast < toFirst ? 'until the last byte' : 'until the first byte'}: ${seen}.`);
}

export function answerQuestions(facts: Facts): Answer[] {
  return questions.flatMap(({ id, asks, answer }) => {
    const said = answer(facts);
    return said ? [{ id, asks, ...said, found: oneLine(said.found, 300) }] : [];
  });
}
