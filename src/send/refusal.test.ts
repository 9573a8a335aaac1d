import { describe, expect, test } from 'vitest';
import { classify } from '../wire/classify.ts';
import { failed } from '../measure/metrics/testing/exchange.ts';
import { enoughFirst, FirstRequests, Refusals, refusalOf } from './refusal.ts';

const page = (title: string): string => `<!DOCTYPE html><html><title>${title}</title></html>`;
const openai = (message: string, code: unknown = null): string =>
  JSON.stringify({ error: { message, code } });
const ollama = (error: string): string => JSON.stringify({ error });
const gateway = (code: number, message: string): string =>
  JSON.stringify({ success: false, error: [{ code, message }] });
const noAccess = 'The model `x` does not exist or you do not have access to it.';
const cloudflare = JSON.stringify({ errors: [{ code: 10000, message: 'Authentication error' }] });

test.each<[string, number, string, string | undefined]>([
  // One prompt is refused, which says nothing about others.
  ['a page of a firewall', 403, page('Attention Required! | Cloudflare'), 'request'],
  ['a page that asks to log in', 401, page('401 Unauthorized'), 'request'],
  ['a moderated prompt', 403, openai('Your input was flagged', 403), 'request'],
  [
    'images on a model without eyes',
    404,
    openai('No endpoints found that support image input', 404),
    'request',
  ],
  [
    'more tokens than credit',
    402,
    openai('This request requires more credits, or fewer max_tokens'),
    'request',
  ],
  ['a long prompt', 400, openai("This model's maximum context length is 8192 tokens"), 'request'],
  [
    'a field that it does not take',
    400,
    openai("Unsupported value: 'temperature' with this model"),
    'request',
  ],
  ['a file of the prompt', 404, openai('file-abc not found', 'not_found_error'), 'request'],
  [
    'an image of the prompt',
    404,
    openai('The model could not find the image: file not found', 'not_found_error'),
    'request',
  ],
  ['an image that is not theirs', 403, openai('No permission to use this image'), 'request'],
  ['a prompt that is quoted', 400, openai('Not allowed: "which model is unknown"'), 'request'],
  ['a wrong path', 404, '404 page not found', 'request'],
  ['guardrails', 403, gateway(2016, 'Prompt blocked due to security configurations'), 'request'],
  // The model, by name.
  ['OpenAI', 404, openai(noAccess, 'model_not_found'), 'model'],
  ['Ollama', 404, ollama("model 'x' not found"), 'model'],
  ['LiteLLM', 400, openai('Invalid model name passed in model=x. Call `/v1/models`'), 'model'],
  ['a name that means nothing', 400, openai('unknown model: x'), 'model'],
  ['a plan', 402, ollama('this model requires a subscription, upgrade for access'), 'model'],
  ['a name without a provider', 400, gateway(2019, 'Invalid provider'), 'model'],
  // The account.
  ['no key', 401, openai('You did not provide an API key'), 'account'],
  ['a wrong key', 403, openai('Incorrect API key provided'), 'account'],
  ['a key without the right', 403, openai('insufficient permissions for this operation'), 'account'],
  ['Ollama Cloud', 401, ollama('unauthorized'), 'account'],
  ['a gateway that is not there', 400, gateway(2001, 'Please configure AI Gateway'), 'account'],
  ['Cloudflare', 401, cloudflare, 'account'],
  // No refusals.
  ['an upstream that failed', 400, gateway(2005, 'Failed to get response from provider'), undefined],
  ['a token under load', 401, gateway(2009, 'Unauthorized'), undefined],
  ['too often', 429, openai('slow down'), undefined],
  ['too late', 408, openai('timeout'), undefined],
  ['a broken server that names a model', 500, openai('the cache was not found, x'), undefined],
])('%s: %i is about the %4$s', (_name, httpStatus, body, about) => {
  const contentType = body.startsWith('<') ? 'text/html' : 'application/json';
  const failure = classify({ httpStatus, contentType, body }, new Date(0));
  const refusal = refusalOf(failed(failure, [], { httpStatus }));
  expect(refusal?.about).toBe(about);
});

test('three different prompts refused alike are about the model, unless it has answered one', () => {
  const refusals = new Refusals(false);
  const enough = ['a', 'a', 'b', 'a', 'c'].map((prompt) => refusals.add('no', prompt));
  expect(enough).toEqual([false, false, false, false, true]);
  expect(refusals.add('another', 'd')).toBe(false);
  refusals.answered();
  expect(refusals.add('no', 'd')).toBe(false);
  const resumed = new Refusals(true);
  expect(['a', 'b', 'c', 'd'].some((prompt) => resumed.add('no', prompt))).toBe(false);
});

describe('the first requests of a model under load', () => {
  const keys = Array.from({ length: enoughFirst + 5 }, (_, n) => `k${n}`);
  /** Which of them, ended in this order, shows that the model answers no request. */
  const told = (
    first: FirstRequests,
    order: readonly string[],
    isFailure: (key: string) => boolean = () => true,
  ): string[] => {
    for (const key of keys) first.sent(key);
    return order.filter((key) => first.ended(key, isFailure(key)));
  };

  test('all of them failed: reported once, by the last of them', () => {
    expect(told(new FirstRequests(false), keys)).toEqual([`k${enoughFirst - 1}`]);
    expect(told(new FirstRequests(false), keys.toReversed())).toEqual(['k0']);
  });

  test('while the first is still under way, refusals of those after it say nothing', () => {
    expect(told(new FirstRequests(false), keys.slice(1))).toEqual([]);
  });

  test('one that was answered, or refused for the rate, is enough; so is one of an earlier process', () => {
    expect(told(new FirstRequests(false), keys, (key) => key !== 'k4')).toEqual([]);
    expect(told(new FirstRequests(true), keys)).toEqual([]);
  });

  test('one that was never sent answers nothing, and another one takes its place', () => {
    const first = new FirstRequests(false);
    for (const key of keys.slice(0, enoughFirst)) first.sent(key);
    for (const key of keys.slice(0, 3)) first.unsent(key);
    expect(told(first, keys)).toEqual([`k${enoughFirst - 1}`]);
    const other = new FirstRequests(false);
    for (const key of keys.slice(0, enoughFirst)) other.sent(key);
    other.unsent('k0');
    expect(told(other, keys.slice(1))).toEqual([]);
    expect(other.ended('k0', true)).toBe(true);
  });
});

test('ids, numbers and quotations do not make refusals different', () => {
  const likeOf = (message: string): unknown =>
    refusalOf(failed({ code: 'http_400', message }, [], { httpStatus: 400 }));
  const one = likeOf("Field 'a' is wrong (ref: 0b8f1a52-1111-4222-8333-123456789abc), 17 tokens");
  expect(likeOf("Field 'b' is wrong (ref: 7c1d2e3f-9999-4222-8333-cba987654321), 9 tokens")).toEqual(one);
  expect(likeOf('Your input was flagged')).not.toEqual(one);
});
