import type { Clock, Ms } from '../../base/clock.ts';
import { defined } from '../../base/defined.ts';
import type { Exchange, Failure } from '../../measure/exchange.ts';
import { validityOf } from '../../measure/validity.ts';
import { type Endpoint, splitModel } from '../../target/route.ts';
import { findRoute, isSimulatedRoute } from '../../target/routes.ts';
import type { Target } from '../../target/targets.ts';
import type { ChatRequest } from '../../wire/chat-request-body.ts';
import type { Gateway } from '../../wire/client.ts';
import type { Got } from '../../wire/get-json.ts';
import { findProvider, type Look, readAccount, readLog } from './account.ts';
import { type Allowance, type Asker, knock, knockTokens, question, tokensPerQuestion } from './allowance.ts';
import type {
  AccountFacts,
  Auth,
  Door,
  Doors,
  Facts,
  Probe,
  ProviderFacts,
  RouteFacts,
  Unasked,
} from './doctor-facts.ts';

/** A route that can be tested: all its variables are set. */
export interface Candidate {
  route: string;
  targets: readonly Target[];
  wanted: boolean;
  /** The first model with the token in the other header. Absent if there is no such way. */
  otherAuth?: Endpoint;
}

/** Effects of an examination on the outside world. */
export interface Tools {
  gateway: Pick<Gateway, 'ask'>;
  /** A GET. Only called within the allowance. */
  get: (url: string, headers: Readonly<Record<string, string>>) => Promise<Got>;
  asker: Asker;
  allowance: Allowance;
  clock: Clock;
  /** Removes secrets from a text. */
  redact: (text: string) => string;
  /** Aborting it ends what is in flight, and nothing more is sent. */
  stop: AbortSignal;
  /** Called before each question. */
  say: (text: string) => void;
}

export interface Assignment {
  candidates: readonly Candidate[];
  /** Show the token to the provider, to find out whether the gateway passes an `Authorization` on. */
  tryBearer: boolean;
  /** CLOUDFLARE_API_TOKEN is set. */
  hasToken: boolean;
  /** Cloudflare's API, its token, and our account. Absent: it is not used. */
  api?: { url: string; token: string; account: string; gateway: string };
}

/** Asks everything, one thing at a time, so that no answer is slow for lack of a slot. */
export async function examine(
  { candidates, tryBearer, api, hasToken }: Assignment,
  tools: Tools,
): Promise<Pick<Facts, 'routes' | 'account'>> {
  const routes: RouteFacts[] = [];
  for (const candidate of candidates) routes.push(await examineRoute(candidate, tryBearer, tools));
  return { routes, account: await examineAccount({ hasToken, ...defined({ api }) }, routes, tools) };
}

async function examineRoute(candidate: Candidate, tryBearer: boolean, tools: Tools): Promise<RouteFacts> {
  const { route, targets, wanted } = candidate;
  const [{ endpoint }] = targets as [Target, ...Target[]];
  let clockAheadMs: Ms | undefined;
  const look = lookWith(listHeaders(endpoint), tools, (got) => {
    clockAheadMs ??= aheadOf(got);
  });
  tools.say(`${route}: looking for its models`);
  const providers: ProviderFacts[] = [];
  for (const slug of new Set(targets.map(({ model }) => splitModel(model.model).slug)))
    providers.push(await findProvider(slug, endpoint, look));

  const asked = await askModels(candidate, providers, tools);
  const facts: RouteFacts = {
    route,
    url: tools.redact(endpoint.baseUrl),
    throughGateway: endpoint.throughGateway,
    cloudflare: isCloudflare(candidate, providers, asked.probes),
    auth: authOf(endpoint),
    sendsProviderKey: authOf(endpoint) === 'aig' && endpoint.bearer !== undefined,
    wanted,
    providers,
    ...asked,
    ...defined({ clockAheadMs }),
  };
  const isReached = facts.probes.every(({ exchange }) => !cannotBeReached(exchange));
  // Only Cloudflare's gateway has these checks.
  if (!findRoute(route)?.isUnified || !facts.cloudflare || !isReached) return facts;
  const doors = await tryDoors(candidate, tools);
  const bearer =
    tryBearer && candidate.otherAuth
      ? await ask(targets[0]!, route, false, candidate.otherAuth, tools)
      : undefined;
  return { ...facts, doors, ...defined({ bearer }) };
}

/** By its address, or by what only its gateway sends: its own header, or a refusal in its words. */
function isCloudflare(
  { route, targets }: Candidate,
  providers: readonly ProviderFacts[],
  probes: readonly Probe[],
): boolean {
  const host = new URL(targets[0]!.endpoint.baseUrl).hostname;
  const families = [
    ...providers.map(({ failure }) => failure?.family),
    ...probes.map(({ exchange }) => (exchange.outcome === 'failed' ? exchange.failure.family : undefined)),
  ];
  return (
    isSimulatedRoute(route) ||
    /(^|\.)cloudflare\.com$/.test(host) ||
    families.some((family) => family === 'gateway' || family === 'cloudflare') ||
    probes.some(({ exchange: { receipts } }) =>
      [receipts.gatewayLogId, receipts.cacheStatus, receipts.gatewayStep, receipts.cfRay].some(
        (value) => value !== undefined,
      ),
    )
  );
}

/** Every model twice, streamed and not streamed: one may fail where the other works. */
async function askModels(
  { route, targets, wanted }: Candidate,
  providers: readonly ProviderFacts[],
  tools: Tools,
): Promise<Pick<RouteFacts, 'probes' | 'unasked'>> {
  const probes: Probe[] = [];
  const unasked: Unasked[] = [];
  // Models of ollama.com are rarely on this machine as well: that is not a fault.
  const isOptional = findRoute(route)?.isOptional && !wanted;
  let reason: string | undefined;
  for (const target of targets) {
    const { model, endpoint } = target;
    const list = providers.find(({ slug }) => slug === splitModel(model.model).slug);
    reason ??= isOptional ? whyNotThere(list?.failure, endpoint) : undefined;
    const isAbsent = isOptional && list?.names !== undefined && !isListed(endpoint.wireModel, list.names);
    const why = reason ?? (isAbsent ? 'it is not among the models here' : undefined);
    if (why !== undefined) {
      unasked.push({ model: model.id, why });
      continue;
    }
    for (const streamed of [true, false]) {
      const probe = await ask(target, route, streamed, endpoint, tools);
      if (!probe) {
        const stopped = tools.stop.aborted;
        unasked.push({
          model: model.id,
          why: stopped ? 'stopped' : 'the limit of requests or tokens was reached',
        });
        break;
      }
      probes.push(probe);
    }
    const ours = probes.filter((probe) => probe.model === model.id);
    const isHopeless = ours.every(
      ({ exchange }) => cannotBeReached(exchange) || isRefusedAtTheDoor(exchange),
    );
    reason = ours.length > 0 && isHopeless ? 'the model before it got no answer' : undefined;
  }
  return { probes, unasked };
}

async function ask(
  { model }: Target,
  route: string,
  streamed: boolean,
  endpoint: Endpoint,
  tools: Tools,
): Promise<Probe | undefined> {
  tools.say(`${route}: asking ${model.id}, ${streamed ? 'streamed' : 'whole'}`);
  const request = question({ model, route, endpoint }, streamed, tools.asker);
  const exchange = await send(request, tokensPerQuestion, tools);
  if (!exchange) return undefined;
  const { wireModel } = endpoint;
  const { reasons } = validityOf(exchange, { wireModel });
  const { slug } = splitModel(model.model);
  return { route, model: model.id, name: model.model, slug, wireModel, streamed, exchange, reasons };
}

/** Undefined: the allowance is used up, or it was stopped before there was an answer. */
async function send(request: ChatRequest, tokens: number, tools: Tools): Promise<Exchange | undefined> {
  const { allowance, gateway, stop } = tools;
  if (stop.aborted || !allowance.take(tokens)) return undefined;
  const exchange = await gateway.ask(request, { signal: stop });
  if (codeOf(exchange) === 'cancelled') return undefined;
  const { promptTokens, completionTokens } = exchange.usage;
  // A refused request used nothing. An answered one without a count may have used its whole allowance.
  const refused = exchange.sentAt === undefined || (exchange.httpStatus ?? 200) !== 200;
  const used = refused ? 0 : (promptTokens ?? 0) + (completionTokens ?? tokens);
  allowance.settle(tokens, used);
  return exchange;
}

async function tryDoors({ route, targets, otherAuth }: Candidate, tools: Tools): Promise<Doors> {
  const { model, endpoint } = targets[0]!;
  tools.say(`${route}: trying ways to log in, with a model that does not exist`);
  const door = async (through: Endpoint): Promise<Door> =>
    doorOf(await send(knock({ model, route, endpoint: through }, tools.asker), knockTokens, tools));
  const { wireModel, baseUrl, throughGateway } = endpoint;
  return {
    withoutToken: await door({ wireModel, baseUrl, throughGateway, headers: {} }),
    otherWay: otherAuth ? await door(otherAuth) : 'unclear',
  };
}

function doorOf(exchange: Exchange | undefined): Door {
  if (exchange?.outcome !== 'failed') return 'unclear';
  const { family, code } = exchange.failure;
  if (exchange.httpStatus === 401 || code === '2009') return 'closed';
  return family === 'gateway' && (code === '2019' || code === '2008') ? 'open' : 'unclear';
}

async function examineAccount(
  { api, hasToken }: Pick<Assignment, 'api' | 'hasToken'>,
  routes: readonly RouteFacts[],
  tools: Tools,
): Promise<AccountFacts> {
  if (!api) return { asked: false, hasToken };
  tools.say("asking Cloudflare's API");
  const look = lookWith({ authorization: `Bearer ${api.token}` }, tools);
  const url = `${api.url}/accounts/${encodeURIComponent(api.account)}`;
  const account = await readAccount(url, api.gateway, look);
  const probe = routes
    .filter(({ throughGateway }) => throughGateway)
    .flatMap(({ probes }) => probes)
    .find(({ streamed, exchange }) => streamed && exchange.httpStatus === 200);
  if (!probe || account.failure?.code === '10000') return account;
  tools.say("waiting for the gateway's log");
  return { ...account, log: await readLog(url, api.gateway, probe, look, tools.clock) };
}

/** GETs with these headers, within the allowance. */
function lookWith(
  headers: Readonly<Record<string, string>>,
  { allowance, get, stop }: Tools,
  told: (got: Got) => void = () => undefined,
): Look {
  return async (url) => {
    if (stop.aborted || !allowance.take()) return undefined;
    const got = await get(url, headers);
    told(got);
    return got;
  };
}

/**
 * The gateway's token is always in its own header: these pages belong to the provider, and an `Authorization` would be
 * passed on to it. The provider's list needs no key, so it gets none.
 */
function listHeaders({ headers, bearer, throughGateway }: Endpoint): Record<string, string> {
  if (!throughGateway) return {};
  const token = headers['cf-aig-authorization'] ?? `Bearer ${bearer ?? ''}`;
  return {
    ...headers,
    'cf-aig-authorization': token,
    'cf-aig-skip-cache': 'true',
    'cf-aig-max-attempts': '1',
  };
}

function authOf({ headers, bearer, throughGateway }: Endpoint): Auth {
  if (!throughGateway) return bearer === undefined ? 'none' : 'key';
  return headers['cf-aig-authorization'] === undefined ? 'bearer' : 'aig';
}

/**
 * How far the server's clock is ahead of ours. 0 if the travel time and the resolution of one second explain the
 * difference.
 */
function aheadOf({ date, sentAt, receivedAt }: Got): Ms | undefined {
  if (!date) return undefined;
  const [earliest, latest] = [date.getTime(), date.getTime() + 1000];
  if (earliest > receivedAt.getTime()) return earliest - receivedAt.getTime();
  return latest < sentAt.getTime() ? latest - sentAt.getTime() : 0;
}

const codeOf = (exchange: Exchange): string | undefined =>
  exchange.outcome === 'failed' ? exchange.failure.code : undefined;

function cannotBeReached(exchange: Exchange): boolean {
  return (
    exchange.outcome === 'failed' &&
    exchange.httpStatus === undefined &&
    exchange.failure.family === 'network'
  );
}

/** Another model would get the same answer. */
function isRefusedAtTheDoor(exchange: Exchange): boolean {
  return ['2001', '2009', '10000'].includes(codeOf(exchange) ?? '');
}

/** Ollama lists models requested without a tag as `:latest`. */
function isListed(name: string, names: readonly string[]): boolean {
  return names.includes(name) || names.includes(`${name}:latest`);
}

function whyNotThere(failure: Failure | undefined, { baseUrl }: Endpoint): string | undefined {
  return failure?.family === 'network' ? `nothing answers at ${new URL(baseUrl).host}` : undefined;
}
