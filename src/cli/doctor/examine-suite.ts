import { randomUUID } from 'node:crypto';
import { type Clock, systemClock } from '../../base/clock.ts';
import { defined } from '../../base/defined.ts';
import { UserError } from '../../base/user-error.ts';
import { gatewayRoot } from '../../diagnose/doctor/account.ts';
import { Allowance, limitsOf, mostCells } from '../../diagnose/doctor/allowance.ts';
import { diagnose, type Diagnosis } from '../../diagnose/doctor/diagnose.ts';
import type { SuiteFacts } from '../../diagnose/doctor/doctor-facts.ts';
import { type Assignment, examine, type Way } from '../../diagnose/doctor/examine.ts';
import { answerLimit } from '../../plan/token-estimate.ts';
import type { Suite, Timeouts } from '../../suite/suite.ts';
import { type Environment, readEnvironment } from '../../target/environment.ts';
import { splitModel } from '../../target/route.ts';
import { assertVisible } from '../../target/visible.ts';
import { assertSafeUrl, Gateway } from '../../wire/client.ts';
import { createDispatcher } from '../../wire/connections.ts';
import { getJson } from '../../wire/get-json.ts';
import { demoGateway, type DemoGateway } from '../run/demo-gateway.ts';
import { suiteToExamine } from './doctor-suite.ts';
import { routesToTry, waysToTry, type WaysToTry } from './ways.ts';

/** What is to be examined. */
export interface ExamineFlags {
  suite: string | undefined;
  route: string[] | undefined;
  baseUrl: string[];
  allowHttp: boolean;
  providerKey: boolean;
  models: string[] | undefined;
  tryBearer: boolean;
  apiUrl: string | undefined;
}

/** Tiny questions need no more; a model that is loaded first may take its time. */
const timeouts: Timeouts = { connectMs: 10_000, firstTokenMs: 60_000, idleMs: 30_000, totalMs: 90_000 };
const cloudflareApi = 'https://api.cloudflare.com';
const cloudflareGateway = 'https://gateway.ai.cloudflare.com';

/** What an examination needs of the program around it. */
export interface Around {
  say: (text: string) => void;
  stop: AbortSignal;
  clock?: Clock;
}

/** Tries every way of a suite, and says what was found. Throws a UserError for what cannot be tried at all. */
export async function examineSuite(flags: ExamineFlags, around: Around): Promise<Diagnosis> {
  const demo = demoGateway();
  try {
    return await examineWith(demo, flags, around);
  } finally {
    await demo.stop();
  }
}

async function examineWith(
  demo: DemoGateway,
  flags: ExamineFlags,
  { say, stop, clock = systemClock }: Around,
): Promise<Diagnosis> {
  const isDemo = flags.route?.length === 1 && flags.route[0] === 'demo';
  const suite = await suiteToExamine(flags.suite, flags.models, isDemo);
  const names = routesToTry(flags, suite);
  const demoUrl = names.some(({ name }) => name === 'demo') ? await demo.url() : undefined;
  const { ways, untried, redact } = waysToTry(flags, suite, names, demoUrl);
  const environment = readEnvironment(process.env);
  const api = apiOf(flags, ways, environment);
  const allowance = new Allowance(limitsOf(extentOf(ways, flags, api !== undefined)));

  const dispatcher = createDispatcher({ connectTimeoutMs: timeouts.connectMs }, process.env);
  const gateway = new Gateway({ dispatcher, timeouts, clock, redact });
  try {
    const seen = await examine(
      {
        ways,
        tryBearer: flags.tryBearer,
        hasToken: environment.CLOUDFLARE_API_TOKEN !== undefined,
        ...defined({ api }),
      },
      {
        gateway,
        get: (url, headers) => getJson(url, headers, { dispatcher, clock, redact }),
        asker: { runId: 'doctor', settings: suite.gateway, newEventId: randomUUID },
        allowance,
        clock,
        redact,
        stop,
        say,
      },
    );
    const { limits, spent, overrun } = allowance;
    return diagnose({
      ...seen,
      untried,
      limits,
      spent,
      overrun,
      suite: suiteFacts(flags, suite),
      stopped: stop.aborted,
    });
  } finally {
    await gateway.close();
  }
}

/** What it costs at most. Throws a UserError for more than a doctor should ask. */
function extentOf(
  ways: WaysToTry['ways'],
  { tryBearer }: ExamineFlags,
  account: boolean,
): Parameters<typeof limitsOf>[0] {
  const cells = ways.reduce((sum, way) => sum + way.cells.length, 0);
  if (cells > mostCells)
    throw new UserError(
      `${cells} models on routes are more than the ${mostCells} that doctor asks at a time: name some with --models or --route.`,
    );
  const providers = ways.reduce(
    (sum, way) => sum + new Set(way.cells.map(({ model }) => splitModel(model.model).slug)).size,
    0,
  );
  const compat = ways.some(({ route }) => route === 'compat');
  return { cells, providers, compat, tryBearer: tryBearer && compat, account };
}

/**
 * Where Cloudflare's API tells about this gateway. Undefined without a token for it, and for a gateway that is
 * not Cloudflare's, unless its API is named.
 */
function apiOf(
  { apiUrl, allowHttp }: ExamineFlags,
  ways: readonly Way[],
  { CLOUDFLARE_API_TOKEN: token, CF_ACCOUNT_ID, CF_GATEWAY_ID }: Environment,
): Assignment['api'] {
  const way = ways.find(({ route, cells }) => route !== 'demo' && cells[0]!.endpoint.throughGateway);
  if (token === undefined || !way) return undefined;
  assertVisible('CLOUDFLARE_API_TOKEN', token);
  if (apiUrl !== undefined) assertSafeUrl(apiUrl, allowHttp);
  const root = gatewayRoot(way.cells[0]!.endpoint) ?? '';
  const [, host, inUrl, gatewayInUrl] = /^(https?:\/\/[^/]+)\/v1\/([^/]+)\/([^/]+)$/.exec(root) ?? [];
  if (apiUrl === undefined && host !== undefined && host !== cloudflareGateway) return undefined;
  const account = inUrl ?? CF_ACCOUNT_ID;
  const gateway = gatewayInUrl ?? CF_GATEWAY_ID;
  if (account === undefined || gateway === undefined) return undefined;
  const api = (apiUrl ?? cloudflareApi).replace(/\/+$/, '');
  return { url: `${api}/client/v4`, token, account, gateway };
}

function suiteFacts({ suite: file }: ExamineFlags, suite: Suite): SuiteFacts {
  if (file === undefined) return {};
  const limits = suite.prompts.flatMap((prompt) =>
    suite.models.map((model) => answerLimit({ prompt, cell: { model, route: '' } })),
  );
  const smallest = limits.includes(undefined) ? undefined : Math.min(...(limits as number[]));
  return { name: suite.name, ...defined({ route: suite.gateway.route, answerLimit: smallest }) };
}
