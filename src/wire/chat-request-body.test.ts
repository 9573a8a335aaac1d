import { describe, expect, test } from 'vitest';
import type { PlannedRequest } from '../plan/plan.ts';
import type { GatewaySettings, Params } from '../suite/suite.ts';
import { chatRequest } from './chat-request-body.ts';
import type { Endpoint } from '../target/route.ts';

const settings: GatewaySettings = { auth: 'aig', headers: { 'x-team': 'support' }, logPayload: true };
const endpoint: Endpoint = {
  baseUrl: 'https://gateway.example/v1',
  wireModel: 'custom-ollama/kimi',
  headers: { 'cf-aig-authorization': 'Bearer t' },
  throughGateway: true,
};

function planned(promptParams: Params = {}, modelParams: Params = {}): PlannedRequest {
  return {
    key: 'k',
    phase: 'measure',
    repeat: 2,
    block: 1,
    position: 1,
    cell: { model: { id: 'kimi', model: 'custom-ollama/kimi', params: modelParams }, route: 'compat' },
    prompt: {
      id: 'grüße 世界',
      tags: [],
      messages: [{ role: 'user', content: 'hi' }],
      params: promptParams,
      checks: [],
    },
  };
}

const facts = { runId: 'run-1', suite: 'smoke', eventId: 'event-1', settings };

test("streaming with usage is the default; params go in as they are, the model's own win", () => {
  const { body } = chatRequest(
    planned({ temperature: 0, seed: 7 }, { seed: 8, odd: { x: [1] } }),
    endpoint,
    facts,
  );
  expect(body).toEqual({
    model: 'custom-ollama/kimi',
    messages: [{ role: 'user', content: 'hi' }],
    temperature: 0,
    seed: 8,
    odd: { x: [1] },
    stream: true,
    stream_options: { include_usage: true },
  });
});

test('stream: false sends no stream options', () => {
  const { body } = chatRequest(planned({ stream: false }), endpoint, facts);
  expect(body).toMatchObject({ stream: false });
  expect(body).not.toHaveProperty('stream_options');
});

test('through the gateway: no cache, one attempt, a trail of five entries in ASCII', () => {
  const { headers } = chatRequest(planned(), endpoint, facts);
  expect(headers).toMatchObject({
    authorization: null,
    'accept-encoding': 'identity',
    'x-team': 'support',
    'cf-aig-authorization': 'Bearer t',
    'cf-aig-skip-cache': 'true',
    'cf-aig-max-attempts': '1',
    'cf-aig-event-id': 'event-1',
  });
  const metadata = headers['cf-aig-metadata']!;
  expect(metadata).toMatch(/^[\x20-\x7e]+$/);
  expect(JSON.parse(metadata)).toEqual({
    run: 'run-1',
    suite: 'smoke',
    prompt: 'grüße 世界',
    model: 'kimi',
    repeat: 2,
  });
  expect(headers).not.toHaveProperty('cf-aig-collect-log-payload');
  expect(headers).not.toHaveProperty('cf-aig-cache-key');
});

test('the trail distinguishes a warm-up from a measured request', () => {
  const { headers } = chatRequest({ ...planned(), phase: 'warmup' }, endpoint, facts);
  expect(JSON.parse(headers['cf-aig-metadata']!)).toMatchObject({ repeat: 'w2' });
});

test('payloads stay out of the log when the suite says so', () => {
  const { headers } = chatRequest(planned(), endpoint, {
    ...facts,
    settings: { ...settings, logPayload: false },
  });
  expect(headers).toHaveProperty('cf-aig-collect-log-payload', 'false');
});

describe('a trace', () => {
  const traced = { ...facts, settings: { ...settings, otel: true } };
  const idsOf = (of: Partial<typeof facts>): (string | null | undefined)[] => {
    const { headers } = chatRequest(planned(), endpoint, { ...traced, ...of });
    return [headers['cf-aig-otel-trace-id'], headers['cf-aig-otel-parent-span-id']];
  };

  test('is one for the run, with a span for each attempt, only where the suite asks for it', () => {
    const [[trace, span], [again, other], [anew]] = [
      idsOf({}),
      idsOf({ eventId: 'event-2' }),
      idsOf({ runId: 'run-2' }),
    ] as const;
    expect(trace).toMatch(/^[0-9a-f]{32}$/);
    expect(span).toMatch(/^[0-9a-f]{16}$/);
    expect(again).toBe(trace);
    expect(other).not.toBe(span);
    expect(anew).not.toBe(trace);
    for (const off of [settings, { ...settings, otel: false }])
      expect(chatRequest(planned(), endpoint, { ...facts, settings: off })).toEqual(
        chatRequest(planned(), endpoint, facts),
      );
    expect(Object.keys(chatRequest(planned(), endpoint, facts).headers).join()).not.toContain('otel');
  });

  test('goes to the gateway alone', () => {
    const { headers } = chatRequest(planned(), { ...endpoint, throughGateway: false }, traced);
    expect(Object.keys(headers).join()).not.toContain('otel');
  });
});

test('past the gateway its headers are not sent', () => {
  const direct = { ...endpoint, headers: {}, throughGateway: false, bearer: 'key' };
  const { headers } = chatRequest(planned(), direct, facts);
  expect(Object.keys(headers).filter((name) => name.startsWith('cf-'))).toEqual([]);
  expect(headers).toHaveProperty('authorization', 'Bearer key');
});

test('where Ollama is asked in its own words, the body is in them, and the headers are those of the suite', () => {
  const native = {
    ...endpoint,
    headers: {},
    throughGateway: false,
    native: { api: 'native', numCtx: 512 } as const,
  };
  expect(chatRequest(planned({ max_tokens: 9 }), native, facts)).toEqual({
    eventId: 'event-1',
    baseUrl: 'https://gateway.example/v1',
    native: true,
    body: {
      model: 'custom-ollama/kimi',
      messages: [{ role: 'user', content: 'hi' }],
      stream: true,
      truncate: false,
      options: { num_ctx: 512, num_predict: 9 },
    },
    headers: { 'x-team': 'support', 'accept-encoding': 'identity', authorization: null },
  });
});
