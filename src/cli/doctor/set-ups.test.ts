import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { defined } from '../../base/defined.ts';
import { systemClock, type Clock } from '../../base/clock.ts';
import type { Diagnosis } from '../../diagnose/doctor/diagnose.ts';
import { diagnosisJson } from '../../diagnose/doctor/doctor-json.ts';
import { observations, refusals } from '../../diagnose/doctor/findings.ts';
import { renderDiagnosis } from '../../diagnose/doctor/render-doctor.ts';
import { demoCredentials } from '../../target/routes/demo.ts';
import { serve } from '../../wire/testing/server.ts';
import type { MockOptions } from '../../mock/options.ts';
import { createMock, type Mock } from '../../mock/mock-server.ts';
import { setUps } from '../../mock/set-ups.ts';
import type { Timeouts } from '../../suite/suite.ts';
import { scratch, testIo } from '../testing/gatebench.ts';
import { examineSuite, type ExamineFlags } from './examine-suite.ts';

const secrets = {
  CF_ACCOUNT_ID: 'account-of-mine',
  CF_AIG_TOKEN: demoCredentials.token,
  OLLAMA_API_KEY: 'ollama-key-of-mine',
  CLOUDFLARE_API_TOKEN: 'api-token-of-mine',
};
/** A clock that never waits long. Late rows are available at the next check. */
const clock: Clock = { ...systemClock, sleep: () => systemClock.sleep(20) };
const running: Mock[] = [];
/** Ids of all findings in this file's tests. */
const shown = new Set<string>();

afterAll(async () => {
  await Promise.all(running.map((mock) => mock.close()));
});

interface Examined {
  diagnosis: Diagnosis;
  /** Everything that a user could see. */
  shown: string;
  url: string;
}

/** Examines a mock account in this process, over real sockets. */
async function examined(
  options: Partial<MockOptions>,
  flags: Partial<ExamineFlags> = {},
  env: Partial<typeof secrets> = secrets,
  timeouts?: Timeouts,
): Promise<Examined> {
  const mock = await createMock({
    speed: 20,
    cache: 'off',
    gatewayToken: demoCredentials.token,
    providerKeys: [secrets.OLLAMA_API_KEY],
    ...options,
  });
  running.push(mock);
  const { url } = mock;
  const gateway = `${url}/v1/${secrets.CF_ACCOUNT_ID}/lab`;
  const said: string[] = [];
  const diagnosis = await examineSuite(
    {
      suite: undefined,
      route: ['compat', 'provider', 'direct'],
      baseUrl: [`compat=${gateway}/compat`, `provider=${gateway}/custom-ollama/v1`, `direct=${url}/v1`],
      allowHttp: false,
      providerKey: false,
      models: ['custom-ollama/sim-swift'],
      tryBearer: false,
      apiUrl: url,
      ...flags,
      ...(flags.baseUrl && { baseUrl: flags.baseUrl.map((entry) => entry.replace('MOCK', url)) }),
    },
    {
      ...testIo('.', defined(env)),
      say: (text) => said.push(text),
      stop: new AbortController().signal,
      clock,
      ...defined({ timeouts }),
    },
  );
  for (const { id } of diagnosis.findings) shown.add(id);
  const text = renderDiagnosis(diagnosis, { columns: 80, color: false });
  return { diagnosis, url, shown: [...said, text, JSON.stringify(diagnosisJson(diagnosis))].join('\n') };
}

/** The findings, except those that are only worth knowing. */
const found = ({ diagnosis }: Examined): string[] =>
  diagnosis.findings.flatMap(({ id, mark, where }) =>
    mark === 'note' ? [] : [`${id}: ${[...new Set(where.map(({ route }) => route))].join(' ')}`],
  );

const noted = ({ diagnosis }: Examined): string[] =>
  diagnosis.findings.filter(({ mark }) => mark === 'note').map(({ id }) => id);

const answer = ({ diagnosis }: Examined, wanted: string): string | undefined =>
  diagnosis.answers.find(({ id }) => id === wanted)?.found;

const gatewayRoutes = 'compat provider';
const allRoutes = 'compat provider direct';

/** Every setup that the mock can play, with its findings. */
const expectations: Readonly<Record<string, readonly string[]>> = {
  'token-refused': [`token-refused: ${gatewayRoutes}`],
  'token-unknown': [`token-unknown: ${gatewayRoutes}`, 'other-failure: direct'],
  'bearer-refused': [],
  'open-gateway': [`open-gateway: ${gatewayRoutes}`],
  'no-stored-key': [`no-stored-key: ${gatewayRoutes}`],
  'key-refused': ['key-refused: direct'],
  'gateway-missing': [`gateway-missing: ${gatewayRoutes}`],
  'model-format': ['model-format: compat', 'other-failure: provider', 'other-failure: direct'],
  'provider-missing': [`provider-missing: ${gatewayRoutes}`],
  'provider-disabled': [`provider-disabled: ${gatewayRoutes}`],
  'slug-doubled': [`slug-doubled: ${gatewayRoutes}`],
  'base-url-api': [`base-url: ${gatewayRoutes}`],
  'base-url-api-replaced': ['base-url: provider'],
  'base-url-v1': [`base-url: ${gatewayRoutes}`],
  'model-retired': [`model-unknown: ${allRoutes}`],
  'cloud-suffix': [],
  'other-model': [`other-model: ${allRoutes}`],
  reasoning: [`reasoning-eats-max-tokens: ${allRoutes}`],
  // Guardrails and DLP belong to Cloudflare, so findings on the direct route do not name them.
  buffered: [`buffered: ${gatewayRoutes}`, 'buffered: direct'],
  guardrails: [`stream-as-json: ${gatewayRoutes}`, `guardrails-on: ${gatewayRoutes}`],
  'guardrails-block': [`guardrails-block: ${allRoutes}`],
  'dlp-block': [`dlp-block: ${allRoutes}`],
  'usage-missing': [`usage-missing: ${allRoutes}`, `usage-missing: ${allRoutes}`],
  cached: [`cached: ${gatewayRoutes}`],
  fallback: [`fallback: ${gatewayRoutes}`],
  retries: ['gateway-retries-unseen: compat'],
  clock: [`clock: ${allRoutes}`],
  'rate-limit': [`gateway-rate-limit: ${gatewayRoutes}`],
  'provider-limit': [`provider-rate-limit: ${allRoutes}`],
  'session-limit': [`session-limit: ${allRoutes}`],
  'weekly-limit': [`weekly-limit: ${allRoutes}`],
  slots: [`concurrency-limit: ${allRoutes}`],
  plan: [`not-in-plan: ${allRoutes}`],
  'no-credit': [`no-credit: ${allRoutes}`],
  overloaded: [`overloaded: ${allRoutes}`],
  'upstream-failed': [`upstream-failed: ${allRoutes}`],
  edge: [`edge: ${allRoutes}`],
  'no-logs-api': [],
  'api-token': ['api-token-refused: '],
};

test('what is expected covers every set-up', () => {
  expect(Object.keys(expectations).toSorted()).toEqual(setUps.map(({ name }) => name).toSorted());
});

// A process that is itself late accuses no route of holding a stream back: tested alone, and with many pieces.
const onABusyMachine = { retry: 3 };
const heldBack: Partial<MockOptions> = { speed: 2, knobs: { fail: 'buffered', answerFrames: 200 } };

const [[buffered], others] = [
  setUps.filter(({ name }) => name === 'buffered'),
  setUps.filter(({ name }) => name !== 'buffered'),
];
test('finds buffered: streams arrive in one piece', onABusyMachine, () =>
  findsSetUp({ ...buffered!, options: { ...buffered!.options, ...heldBack } }),
);

test.concurrent.each(others)('finds $name: $summary', findsSetUp);

async function findsSetUp({ name, options }: (typeof setUps)[number]): Promise<void> {
  const seen = await examined(options);
  expect(found(seen)).toEqual(expectations[name]);
  for (const secret of Object.values(secrets)) expect(seen.shown).not.toContain(secret);
  for (const line of renderDiagnosis(seen.diagnosis, { columns: 80, color: false }).split('\n'))
    expect(line.length).toBeLessThanOrEqual(80);
  const { spent, limits } = seen.diagnosis.facts;
  expect(spent.requests).toBeLessThanOrEqual(limits.requests);
  expect(spent.tokens).toBeLessThanOrEqual(limits.tokens);
}

/** Findings that need other flags, other credentials, or another suite. */
const further: readonly {
  what: string;
  options?: Partial<MockOptions>;
  flags?: Partial<ExamineFlags>;
  env?: Partial<typeof secrets>;
  timeouts?: Timeouts;
  finds: readonly string[];
  notes?: readonly string[];
}[] = [
  { what: 'nothing, where nothing is wrong', finds: [] },
  {
    what: 'a provider that is missing or off, without a token for the API',
    options: { providers: [] },
    env: { ...secrets, CLOUDFLARE_API_TOKEN: undefined as unknown as string },
    finds: [`provider-unknown: ${gatewayRoutes}`],
  },
  {
    what: 'a model whose provider has its prefix twice',
    flags: { models: ['custom-custom-ollama/sim-swift'], route: ['compat'] },
    env: { ...secrets, CLOUDFLARE_API_TOKEN: undefined as unknown as string },
    finds: ['model-doubled: compat'],
  },
  {
    what: 'the ending :cloud that is not taken',
    flags: { models: ['custom-ollama/sim-swift:cloud'] },
    finds: [`cloud-suffix: ${allRoutes}`],
  },
  {
    what: 'the ending :cloud that is taken',
    options: { acceptCloudSuffix: true },
    flags: { models: ['custom-ollama/sim-swift:cloud'] },
    finds: [],
    notes: ['cloud-suffix-taken'],
  },
  {
    what: 'a model that Ollama has retired',
    flags: { models: ['custom-ollama/glm-5.1'], route: ['direct'] },
    finds: ['model-retired: direct'],
  },
  {
    what: 'credentials that are missing',
    env: {},
    finds: ['credentials-missing: compat provider', 'credentials-missing: direct'],
  },
  {
    what: "a provider key of one's own that the provider refuses",
    flags: { providerKey: true, route: ['compat'] },
    options: { providerKeys: ['another'] },
    finds: ['provider-key-refused: compat'],
  },
  {
    what: "another server in a gateway's place, which refuses the credentials",
    flags: { route: ['compat'], baseUrl: ['MOCK/v1'] },
    finds: ['no-gateway-there: compat'],
    notes: ['no-cloudflare'],
  },
  {
    what: 'a model that this Ollama has not pulled',
    options: { providerKeys: undefined },
    flags: { models: ['custom-ollama/qwen3:8b'], route: ['local'], baseUrl: ['MOCK/v1'] },
    finds: ['model-not-pulled: local'],
  },
  {
    what: 'a model that does not answer in time',
    options: { knobs: { fail: 'stall-first' } },
    flags: { route: ['direct'] },
    timeouts: { connectMs: 10_000, firstTokenMs: 100, idleMs: 100, totalMs: 200 },
    finds: ['too-slow: direct'],
  },
  {
    what: 'a route that nothing listens on',
    flags: { route: ['local'], baseUrl: ['http://127.0.0.1:9/v1'] },
    finds: ['no-local-ollama: local'],
  },
  {
    what: 'a gateway that cannot be reached',
    flags: { route: ['compat'], baseUrl: ['http://127.0.0.1:9/v1/a/g/compat'] },
    finds: ['unreachable: compat'],
  },
  {
    what: 'an address that is no OpenAI-compatible one',
    flags: { route: ['direct'], baseUrl: ['MOCK/elsewhere'] },
    finds: ['path-missing: direct'],
  },
  {
    what: 'answers without a log id',
    options: { knobs: { omitHeaders: ['cf-aig-log-id'] } },
    finds: [],
    notes: ['no-log-id'],
  },
  {
    what: 'settings that are better otherwise',
    options: { cache: 'all', gatewayRetries: 2, rateLimit: { requests: 900, windowMs: 60_000 } },
    finds: [],
    notes: ['gateway-retries-on', 'cache-on', 'rate-limit-on'],
  },
  {
    what: 'that a gateway may be open, without a token for the API',
    options: { gatewayToken: undefined },
    env: { ...secrets, CLOUDFLARE_API_TOKEN: undefined as unknown as string },
    finds: [],
    notes: ['perhaps-open-gateway'],
  },
];

test.concurrent.each(further)(
  'finds $what',
  async ({ options = {}, flags = {}, env = secrets, timeouts, finds, notes = [] }) => {
    const seen = await examined(options, flags, env, timeouts);
    expect(found(seen)).toEqual(finds);
    expect(noted(seen)).toEqual(notes);
    expect(seen.diagnosis.healthy).toBe(finds.length === 0);
  },
);

test('an unknown model comes with the nearest names of the list', async () => {
  const seen = await examined({}, { models: ['custom-ollama/sim-swfit'] });
  expect(seen.diagnosis.findings[0]?.means).toContain('Nearest in its list: sim-swift,');
});

test('a gateway that sometimes refuses a good token does not mean a wrong token', async () => {
  const models = ['custom-ollama/sim-swift', 'custom-ollama/sim-fail-gateway-auth'];
  const seen = await examined({}, { models, route: ['compat'] });
  expect(found(seen)).toEqual(['refused-now-and-then: compat']);
  expect(seen.diagnosis.healthy).toBe(true);
});

test('an address that is only the host of a gateway is distinguished from a provider that leads elsewhere', async () => {
  const seen = await examined({}, { route: ['compat'], baseUrl: ['MOCK'] });
  expect(found(seen)).toEqual(['path-missing: compat']);
  expect(seen.diagnosis.findings[0]?.fix).toContain('Correct --base-url');
});

test("an unexplained failure is looked up in the gateway's log only if the gateway was on the way", async () => {
  const { diagnosis } = await examined({ knobs: { fail: 'bad-model-format' } });
  const fixes = diagnosis.findings
    .filter(({ id }) => id === 'other-failure')
    .map(({ fix, where }) => `${where[0]?.route}: ${fix.includes("gateway's log")}`);
  expect(fixes).toEqual(['provider: true', 'direct: false']);
});

/** A suite with `auth: bearer`. */
async function bearerSuite(folder: string): Promise<string> {
  const suite = join(folder, 'bearer.yaml');
  await writeFile(
    suite,
    'version: 1\nname: bearer\ngateway: { route: compat, auth: bearer }\n' +
      'models: [custom-ollama/sim-swift]\nprompts: [{ id: a, prompt: b }]\n',
  );
  return suite;
}

test('a token that is accepted only in its own header, not as Authorization, is reported', async () => {
  await using folder = await scratch();
  const suite = await bearerSuite(folder.path);
  const seen = await examined({ acceptBearer: false }, { suite, models: undefined, route: ['compat'] });
  expect(found(seen)).toEqual(['token-refused: compat']);
  expect(seen.diagnosis.findings[0]?.fix).toContain('accepts the token in cf-aig-authorization');
});

test('a token as Authorization that is passed on to the provider is reported, with what to do about it', async () => {
  await using folder = await scratch();
  const suite = await bearerSuite(folder.path);
  const seen = await examined(
    { acceptBearer: false, gatewayToken: undefined },
    { suite, models: undefined, route: ['compat'] },
  );
  expect(found(seen)).toEqual(['authorization-forwarded: compat', 'open-gateway: compat']);
  expect(seen.diagnosis.findings[0]?.fix).toContain('auth: aig');
});

describe('the open questions', () => {
  test('how /compat joins the base URL', async () => {
    const joined = async (options: Partial<MockOptions>): Promise<string | undefined> =>
      answer(await examined(options, { route: ['compat'] }), 'compat-join');
    const at = (basePath: string): MockOptions['providers'] => [{ slug: 'ollama', basePath }];
    expect(await joined({})).toContain('without a path works');
    expect(await joined({ providers: at('/api') })).toContain('/api does not work');
    expect(await joined({ providers: at('/api'), compatJoin: 'replace' })).toContain('/api works');
    expect(await joined({ providers: at('/v1') })).toContain('/v1 does not work');
  });

  test.each([
    ['accepted by the gateway. To see', {}, false],
    ['accepted (auth: bearer), and not passed on', {}, true],
    ['refused (401)', { acceptBearer: false }, false],
    ['unknown: ', { gatewayToken: undefined }, false],
    ['passed on to the provider. Use', { gatewayToken: undefined, acceptBearer: false }, true],
  ] as const)('the token as Authorization: %s', async (expected, options, tryBearer) => {
    const seen = await examined(options, { route: ['compat'], tryBearer });
    expect(answer(seen, 'bearer')).toContain(expected);
  });

  test('without being told to, no token ever reaches the provider', async () => {
    const { url } = await examined({ acceptBearer: false, gatewayToken: undefined, keepHeaders: true });
    const requests = (await (await fetch(`${url}/__mock/requests`)).json()) as {
      path: string;
      headers: Record<string, string>;
      body: string;
    }[];
    const token = requests.filter(({ headers }) => headers['authorization']?.includes(secrets.CF_AIG_TOKEN));
    // A model that no provider has is refused by the gateway itself.
    expect(token.map(({ body }) => (JSON.parse(body) as { model: string }).model)).toEqual([
      'gatebench-doctor',
    ]);
  });

  test('what the log says of a stream, and whether the gateway tries again by itself', async () => {
    const one = await examined({}, { route: ['compat'] });
    expect(answer(one, 'log-tokens')).toBe('26 + 13, as in the answer.');
    expect(answer(one, 'max-attempts')).toContain('not tested');
    const again = await examined({
      gatewayRetries: 2,
      heedsMaxAttempts: false,
      knobs: { fail: 'overloaded', times: 1 },
    });
    expect(answer(again, 'max-attempts')).toContain('2 rows for one request');
    const none = await examined({ logsApi: false }, { route: ['compat'] });
    expect(answer(none, 'log-tokens')).toContain('cannot be read (7003)');
    expect(noted(none)).toEqual(['no-logs-api']);
  });

  test('whether answers stream, how the cache answers, and how a 429 is said', onABusyMachine, async () => {
    const good = await examined({}, { route: ['provider'] });
    expect(answer(good, 'streams')).toMatch(/^yes: 12 pieces over/);
    expect(answer(good, 'cache-status')).toBe('MISS.');
    const burst = await examined(heldBack, { route: ['compat'] });
    expect(answer(burst, 'streams')).toMatch(/^no/);
    expect(answer(await examined({ guardrails: true }), 'streams')).toMatch(/^no/);
    const limited = await examined({ rateLimit: { requests: 1, windowMs: 60_000 } }, { route: ['compat'] });
    expect(answer(limited, 'rate-limit-answer')).toBe('code 2003, "Rate limited", no Retry-After.');
  });
});

test('never sends more than it says, however many models there are', async () => {
  const models = Array.from({ length: 8 }, (_, n) => `custom-ollama/sim-swift?cachedTokens=${n}`);
  const { diagnosis, url } = await examined({ keepHeaders: true }, { models });
  const { limits, spent } = diagnosis.facts;
  const requests = (await (await fetch(`${url}/__mock/requests`)).json()) as unknown[];
  expect(requests).toHaveLength(spent.requests);
  expect(spent.requests).toBeLessThanOrEqual(limits.requests);
  expect(spent.tokens).toBeLessThanOrEqual(limits.tokens);
  await expect(examined({}, { models: [...models, 'custom-ollama/sim-tail'] })).rejects.toThrow(
    /27 models on routes are more than the 24/,
  );
});

test('a model that writes on beyond max_tokens is the last one that is asked', async () => {
  const { diagnosis } = await examined(
    { knobs: { completionTokens: 100_000 } },
    { models: ['custom-ollama/sim-swift', 'custom-ollama/sim-tail'], route: ['direct'] },
  );
  const [direct] = diagnosis.facts.routes;
  expect(direct?.probes).toHaveLength(1);
  expect(direct?.unasked.map(({ model }) => model)).toEqual(['sim-swift', 'sim-tail']);
  expect(direct?.unasked[0]?.why).toContain('limit');
});

test('is not well where nothing answers, even if nothing is set up wrongly', async () => {
  const { diagnosis, shown } = await examined({ knobs: { fail: 'overloaded' } }, { route: ['compat'] });
  expect(diagnosis.findings.map(({ mark }) => mark)).toEqual(['warning']);
  expect(diagnosis.healthy).toBe(false);
  expect(shown).toContain('doctor · no usable answer right now');
});

describe('of an Ollama on this machine', () => {
  const alone = { ...secrets, CF_AIG_TOKEN: undefined, OLLAMA_API_KEY: undefined } as never;

  test('its own API is asked for its list of models, so that a missing one is not a fault', async () => {
    await using folder = await scratch();
    const suite = join(folder.path, 'native.yaml');
    await writeFile(
      suite,
      `version: 1
name: native
gateway: { local: { api: native } }
models: [custom-ollama/kimi-k2.6, custom-ollama/sim-swift]
prompts: [{ id: a, prompt: A? }]
`,
    );
    const flags = { suite, models: undefined, route: undefined, baseUrl: ['local=MOCK'] };
    const { diagnosis } = await examined({ providerKeys: undefined }, flags, alone);
    const [local] = diagnosis.facts.routes;
    expect(local?.probes.map(({ model, exchange }) => [model, exchange.outcome])).toEqual([
      ['sim-swift', 'ok'],
      ['sim-swift', 'ok'],
    ]);
    expect(local?.unasked).toEqual([{ model: 'kimi-k2.6', why: 'it is not among the models here' }]);
  });

  test('a model that leaves the memory after each answer is reported', async () => {
    await using folder = await scratch();
    const suite = join(folder.path, 'unloading.yaml');
    await writeFile(
      suite,
      `version: 1
name: unloading
gateway: { local: { api: native, keep_alive: 0 } }
models: [custom-ollama/sim-swift]
prompts: [{ id: a, prompt: A? }]
`,
    );
    const flags = { suite, models: undefined, route: ['local'], baseUrl: ['local=MOCK'] };
    const options = { providerKeys: undefined, knobs: { loadMs: 6000 } };
    expect(found(await examined(options, flags, alone))).toEqual(['load-bound: local']);
  });

  test('a model that is listed as :latest is there', async () => {
    await using server = await serve((response) =>
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ data: [{ id: 'sim-swift:latest' }] })),
    );
    const flags = { route: undefined, baseUrl: [`local=${server.url}`] };
    const { diagnosis } = await examined({}, flags, alone);
    expect(diagnosis.facts.routes.find(({ route }) => route === 'local')?.unasked).toEqual([]);
    expect(server.received.map(({ url }) => url)).toContain('/v1/chat/completions');
  });
});

test.each([
  ['swallowed-error', { fail: 'swallowed-error' }],
  ['empty-answer', { fail: 'empty' }],
  ['bad-request', { fail: 'invalid-request' }],
  ['edge-rate-limit', { fail: 'edge-1015' }],
  ['page-in-its-place', { fail: 'ok-html' }],
  ['no-stream', { fail: 'ok-json' }],
] as const)('%s is what an answer shows that fails so: %j', async (id, knobs) => {
  const { diagnosis } = await examined({ knobs });
  expect(diagnosis.findings.map((finding) => finding.id)).toContain(id);
});

// The tests of this file run in order, so this one has the findings of all others.
test('every finding is shown by a set-up or a failure above: none is there that was never found', () => {
  const kinds = [...refusals, ...observations].map(({ id }) => id);
  expect(kinds.filter((id) => !shown.has(id))).toEqual([]);
});
