import { findRoute, isSimulatedRoute } from '../../target/routes.ts';
import { randomUUID } from 'node:crypto';
import { defined } from '../../base/defined.ts';
import { UserError } from '../../base/user-error.ts';
import { gatewayRoot } from '../../diagnose/doctor/account.ts';
import { Allowance, limitsOf, mostCells } from '../../diagnose/doctor/allowance.ts';
import { diagnose, type Diagnosis } from '../../diagnose/doctor/diagnose.ts';
import type { SuiteFacts } from '../../diagnose/doctor/doctor-facts.ts';
import { type Assignment, type Candidate, examine } from '../../diagnose/doctor/examine.ts';
import { answerLimit } from '../../plan/token-estimate.ts';
import type { Suite, Timeouts } from '../../suite/suite.ts';
import { type Environment, readEnvironment } from '../../target/environment.ts';
import { splitModel } from '../../target/route.ts';
import { assertSafeUrl } from '../../target/safe-url.ts';
import { assertVisible } from '../../target/visible.ts';
import { Gateway } from '../../wire/client.ts';
import { createDispatcher } from '../../wire/connections.ts';
import { openWire } from '../../wire/wire.ts';
import { getJson } from '../../wire/get-json.ts';
import type { CommonFlags } from '../command.ts';
import type { DoctorFlags } from '../commands/doctor-command.ts';
import type { Io } from '../io.ts';
import { demoGateway, type DemoGateway } from '../run/demo-gateway.ts';
import { suiteToExamine } from './doctor-suite.ts';
import { candidatesOf, routesToTry } from './candidates.ts';

/** What to examine. */
export type ExamineFlags = Omit<DoctorFlags, keyof CommonFlags | 'judge'>;

const generous: Timeouts = { connectMs: 10_000, firstTokenMs: 60_000, idleMs: 30_000, totalMs: 90_000 };
const cloudflareApi = 'https://api.cloudflare.com';
const cloudflareGateway = 'https://gateway.ai.cloudflare.com';

/** What an examination needs from the program. */
export interface Around extends Pick<Io, 'clock' | 'env' | 'cwd' | 'startMock'> {
  say: (text: string) => void;
  stop: AbortSignal;
  /** Per question. Absent: generous limits, for a model that has to be loaded first. */
  timeouts?: Timeouts;
}

/** Tests every route of a suite, and reports the findings. Throws a UserError if nothing can be tested. */
export async function examineSuite(flags: ExamineFlags, around: Around): Promise<Diagnosis> {
  const demo = demoGateway(around.startMock);
  try {
    return await examineWith(demo, flags, around);
  } finally {
    await demo.stop();
  }
}

async function examineWith(
  demo: DemoGateway,
  flags: ExamineFlags,
  { say, stop, clock, env, cwd, timeouts = generous }: Around,
): Promise<Diagnosis> {
  const isDemo = flags.route?.every(isSimulatedRoute) === true;
  const suite = await suiteToExamine(flags.suite, flags.models, isDemo);
  const names = routesToTry(flags, suite);
  const mockUrl = names.some(({ name }) => isSimulatedRoute(name)) ? await demo.url() : undefined;
  const environment = readEnvironment(env, cwd);
  const { candidates, untried, redact } = candidatesOf(flags, suite, names, environment, mockUrl);
  const api = apiOf(flags, candidates, environment);
  const allowance = new Allowance(limitsOf(extentOf(candidates, flags, api !== undefined)));

  const dispatcher = createDispatcher({ connectTimeoutMs: timeouts.connectMs }, env);
  const gateway = new Gateway({ wire: openWire({ timeouts, env }), clock, redact });
  try {
    const seen = await examine(
      {
        candidates,
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
    await dispatcher.destroy();
  }
}

/** Maximum cost. Throws a UserError if it exceeds what a doctor may ask. */
function extentOf(
  candidates: readonly Candidate[],
  { tryBearer }: ExamineFlags,
  account: boolean,
): Parameters<typeof limitsOf>[0] {
  const cells = candidates.reduce((sum, each) => sum + each.targets.length, 0);
  if (cells > mostCells)
    throw new UserError(
      `${cells} models on routes are more than the ${mostCells} that doctor asks at a time: name some with --models or --route.`,
    );
  const providers = candidates.reduce(
    (sum, each) => sum + new Set(each.targets.map(({ model }) => splitModel(model.model).slug)).size,
    0,
  );
  const compat = candidates.some(({ route }) => findRoute(route)?.isUnified);
  return { cells, providers, compat, tryBearer: tryBearer && compat, account };
}

/**
 * Address of Cloudflare's API for this gateway. Undefined without a token for it, and for a gateway other than
 * Cloudflare's, unless its API is named.
 */
function apiOf(
  { apiUrl, allowHttp }: ExamineFlags,
  candidates: readonly Candidate[],
  { CLOUDFLARE_API_TOKEN: token, CF_ACCOUNT_ID, CF_GATEWAY_ID }: Environment,
): Assignment['api'] {
  const candidate = candidates.find(({ route }) => findRoute(route)?.kind === 'gateway');
  if (token === undefined || !candidate) return undefined;
  assertVisible('CLOUDFLARE_API_TOKEN', token);
  if (apiUrl !== undefined) assertSafeUrl(apiUrl, allowHttp);
  const root = gatewayRoot(candidate.targets[0]!.endpoint) ?? '';
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
