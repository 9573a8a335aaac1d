import { expect, test } from 'vitest';
import { classify, isUnknownModel } from './classify.ts';

const now = new Date('2026-11-22T03:17:00Z');
const said = (httpStatus: number, body: unknown): ReturnType<typeof classify> =>
  classify(
    {
      httpStatus,
      contentType: 'application/json',
      body: typeof body === 'string' ? body : JSON.stringify(body),
    },
    now,
  );

test.each<[string, number, unknown, string, string]>([
  [
    'vLLM',
    400,
    { object: 'error', message: 'too long', type: 'BadRequestError', code: 400 },
    'BadRequestError',
    'too long',
  ],
  [
    'llama.cpp',
    400,
    { error: { code: 400, message: 'too long', type: 'exceed_context_size_error' } },
    'exceed_context_size_error',
    'too long',
  ],
  [
    'LiteLLM',
    400,
    { error: { message: 'No connected db.', type: 'no_db_connection', param: null, code: '400' } },
    'no_db_connection',
    'No connected db.',
  ],
  [
    'LiteLLM, nothing but the status',
    500,
    { error: { message: 'boom', type: 'None', code: '500' } },
    'http_500',
    'boom',
  ],
  [
    'Portkey',
    500,
    { status: 'failure', message: 'Something went wrong' },
    'http_500',
    'Something went wrong',
  ],
  ['FastAPI', 401, { detail: 'Not authenticated' }, 'http_401', 'Not authenticated'],
  [
    'FastAPI, a list',
    422,
    { detail: [{ loc: ['body', 'n'], msg: 'field required', type: 'missing' }] },
    'missing',
    'body.n: field required',
  ],
  [
    'Google, in a list',
    400,
    [{ error: { code: 400, message: 'bad', status: 'INVALID_ARGUMENT' } }],
    'INVALID_ARGUMENT',
    'bad',
  ],
  ['a text', 500, 'boom', 'http_500', 'boom'],
  ['an error in an error', 400, { error: { error: { message: 'inner', type: 'x' } } }, 'x', 'inner'],
])('%s', (_name, httpStatus, body, code, message) => {
  expect(said(httpStatus, body)).toMatchObject({ status: 'error', family: 'provider', code, message });
});

test.each([
  'Invalid model name passed in model=smol. Call `/v1/models` to view available models',
  "model 'smol' not found",
  'model "smol" not found, try pulling it first',
  'The model `smol` does not exist or you do not have access to it.',
  'smol is not a valid model ID',
  'Model Not Exist',
  'Invalid model identifier "smol". Please specify a valid downloaded model',
  'The provided model identifier is invalid.',
  'The API deployment for this resource does not exist.',
  'Unable to access model smol. Please visit our page of models',
])('an unknown model is known by what is said, whatever the status: %s', (message) => {
  for (const httpStatus of [400, 404, 422])
    expect(
      isUnknownModel(said(httpStatus, { error: { message, type: null, code: String(httpStatus) } })),
    ).toBe(true);
});

test.each(['the file was not found', 'Invalid model output', 'the model needs a tool that was not found'])(
  'what is not about the model is not: %s',
  (message) => {
    expect(isUnknownModel(said(400, { error: { message } }))).toBe(false);
  },
);

test.each([
  'server busy, please try again. maximum pending requests exceeded',
  'timed out waiting for a concurrent request slot',
  'no slot available',
])('a busy server is back-pressure: %s', (error) => {
  for (const body of [{ error }, { error: { message: error, type: 'api_error' } }, error])
    expect(said(503, body)).toMatchObject({ status: 'rate_limited', family: 'provider' });
});

test('a model that is being loaded is not back-pressure, and is reported', () => {
  expect(
    said(503, { error: { code: 503, message: 'Loading model', type: 'unavailable_error' } }),
  ).toMatchObject({
    status: 'error',
    code: 'loading',
  });
});
