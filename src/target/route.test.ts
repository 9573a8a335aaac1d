import { describe, expect, test } from 'vitest';
import type { GatewaySettings } from '../suite/suite.ts';
import { routes } from './routes.ts';
import type { RouteContext } from './route.ts';

const settings: GatewaySettings = { auth: 'aig', headers: {}, logPayload: true };
const environment = {
  CF_ACCOUNT_ID: 'acc',
  CF_GATEWAY_ID: 'gw',
  CF_AIG_TOKEN: 'token',
  OLLAMA_API_KEY: 'key',
};
const context: RouteContext = { environment, settings, providerKey: false };

const endpoint = (route: string, change: Partial<RouteContext> = {}, model = 'custom-ollama/kimi-k2.6') =>
  routes.find(({ name }) => name === route)!.endpoint(model, { ...context, ...change });

test("compat: the gateway's unified endpoint and the name as it is", () => {
  expect(endpoint('compat')).toEqual({
    baseUrl: 'https://gateway.ai.cloudflare.com/v1/acc/gw/compat',
    wireModel: 'custom-ollama/kimi-k2.6',
    headers: { 'cf-aig-authorization': 'Bearer token' },
    throughGateway: true,
  });
});

test('provider: the slug goes into the path, the name stays bare', () => {
  expect(endpoint('provider')).toMatchObject({
    baseUrl: 'https://gateway.ai.cloudflare.com/v1/acc/gw/custom-ollama/v1',
    wireModel: 'kimi-k2.6',
  });
});

test('direct and local: no gateway, no gateway token', () => {
  expect(endpoint('direct')).toEqual({
    baseUrl: 'https://ollama.com/v1',
    wireModel: 'kimi-k2.6',
    bearer: 'key',
    headers: {},
    throughGateway: false,
  });
  expect(endpoint('local', { environment: {} })).toEqual({
    baseUrl: 'http://localhost:11434/v1',
    wireModel: 'kimi-k2.6',
    headers: {},
    throughGateway: false,
  });
});

test("demo: the mock's own address and credentials, whatever the environment holds", () => {
  expect(endpoint('demo', { baseUrl: 'http://127.0.0.1:4000' })).toEqual({
    baseUrl: 'http://127.0.0.1:4000/v1/demo-account/demo/compat',
    wireModel: 'custom-ollama/kimi-k2.6',
    headers: { 'cf-aig-authorization': 'Bearer demo-token' },
    throughGateway: true,
  });
  expect(() => endpoint('demo')).toThrow('has not been started');
});

test.each([
  [undefined, 'http://localhost:11434/v1', 'http://localhost:11434/api'],
  ['http://127.0.0.1:4000', 'http://127.0.0.1:4000/v1', 'http://127.0.0.1:4000/api'],
  ['http://127.0.0.1:4000/', 'http://127.0.0.1:4000/v1', 'http://127.0.0.1:4000/api'],
  ['http://127.0.0.1:4000/v1', 'http://127.0.0.1:4000/v1', 'http://127.0.0.1:4000/api'],
  ['http://127.0.0.1:4000/api/', 'http://127.0.0.1:4000/api/', 'http://127.0.0.1:4000/api'],
  ['http://box/ollama', 'http://box/ollama', 'http://box/ollama/api'],
])('local at %s: its /v1 or its own API, whichever is asked for', (baseUrl, openai, native) => {
  const at = baseUrl === undefined ? {} : { baseUrl };
  const local = { api: 'native', keepAlive: '10m' } as const;
  expect(endpoint('local', at).baseUrl).toBe(openai);
  expect(endpoint('local', { ...at, settings: { ...settings, local } })).toMatchObject({
    baseUrl: native,
    wireModel: 'kimi-k2.6',
    native: local,
  });
  // Irrelevant for any other route.
  expect(endpoint('compat', { settings: { ...settings, local } })).not.toHaveProperty('native');
});

test('--base-url wins, and then only the token is needed', () => {
  const change = { baseUrl: 'http://127.0.0.1:4000/v1', environment: { CF_AIG_TOKEN: 't' } };
  for (const route of ['compat', 'provider'])
    expect(endpoint(route, change)).toMatchObject({ baseUrl: 'http://127.0.0.1:4000/v1' });
});

describe('credentials', () => {
  test("bearer: the article's way", () => {
    const made = endpoint('compat', { settings: { ...settings, auth: 'bearer' } });
    expect(made).toMatchObject({ bearer: 'token', headers: {} });
  });

  test('a provider key goes along only when it is asked for', () => {
    expect(endpoint('compat')).not.toHaveProperty('bearer');
    expect(endpoint('compat', { providerKey: true })).toMatchObject({ bearer: 'key' });
    const without = { ...environment, OLLAMA_API_KEY: undefined as never };
    expect(() => endpoint('compat', { providerKey: true, environment: without })).toThrow(
      '--provider-key needs OLLAMA_API_KEY',
    );
  });

  test('the alias of a stored key: environment before suite', () => {
    const withAlias = { ...settings, byokAlias: 'suite' };
    expect(endpoint('compat', { settings: withAlias }).headers).toHaveProperty('cf-aig-byok-alias', 'suite');
    expect(
      endpoint('compat', { settings: withAlias, environment: { ...environment, CF_AIG_BYOK_ALIAS: 'env' } })
        .headers,
    ).toHaveProperty('cf-aig-byok-alias', 'env');
  });

  test('all that is missing is named at once', () => {
    expect(() => endpoint('compat', { environment: { CF_GATEWAY_ID: 'gw' } })).toThrow(
      /CF_AIG_TOKEN[^]*CF_ACCOUNT_ID/,
    );
    expect(() => endpoint('direct', { environment: {} })).toThrow(/OLLAMA_API_KEY/);
  });
});

test.each(['kimi-k2.6', 'custom-ollama/', 'openai/gpt', 'custom-ollama/a b'])('"%s" is refused', (model) => {
  expect(() => endpoint('compat', {}, model)).toThrow(/custom-<slug>\/<model>/);
});
