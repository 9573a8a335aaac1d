import { expect, test } from 'vitest';
import { classify } from './classify.ts';
import { failureProperties } from './testing/failures.ts';

const now = new Date('2026-11-22T03:17:00Z');
const json = 'application/json';

const cases: [string, [number, string, string], object][] = [
  [
    'gateway missing',
    [400, json, '{"success":false,"error":[{"code":2001,"message":"Please configure AI Gateway"}]}'],
    { status: 'error', family: 'gateway', code: '2001', message: 'Please configure AI Gateway' },
  ],
  [
    'gateway auth with its newer fields',
    [
      401,
      json,
      '{"success":false,"result":[],"error":[{"code":2009,"message":"Unauthorized"}],"name":"AiGatewayError"}',
    ],
    { family: 'gateway', code: '2009' },
  ],
  [
    'gateway rate limit',
    [429, json, '{"success":false,"error":[{"code":2003,"message":"Rate limited"}]}'],
    { status: 'rate_limited', family: 'gateway', code: '2003' },
  ],
  [
    "Cloudflare's API",
    [401, json, '{"result":null,"success":false,"errors":[{"code":10000,"message":"Authentication error"}]}'],
    { family: 'cloudflare', code: '10000' },
  ],
  [
    "Ollama's session limit",
    [429, json, '{"error":"you (u) have reached your session usage limit, upgrade"}'],
    { status: 'rate_limited', family: 'provider', code: 'session_limit' },
  ],
  [
    "Ollama's slots, on a 503",
    [503, json, '{"error":"timed out waiting for a concurrent request slot"}'],
    { status: 'rate_limited', family: 'provider', code: 'concurrency' },
  ],
  [
    'Ollama overloaded',
    [503, json, '{"error":"Server overloaded, please retry shortly (ref: 1)"}'],
    { status: 'error', family: 'provider', code: 'overloaded' },
  ],
  [
    'unknown model as OpenAI says it',
    [
      404,
      json,
      '{"error":{"message":"model \'x\' not found","type":"not_found_error","param":null,"code":null}}',
    ],
    { family: 'provider', code: 'not_found_error', message: "model 'x' not found" },
  ],
  [
    'edge, HTML',
    [524, 'text/html', '<html><title>x | 524: A timeout occurred</title>'],
    { family: 'edge', code: '524' },
  ],
  ['edge, text', [502, 'text/plain', 'error code: 502'], { family: 'edge', code: '502' }],
  [
    'edge, problem JSON',
    [524, json, '{"type":"https://…","title":"Error 524: A timeout occurred","status":524,"detail":"slow"}'],
    { family: 'edge', code: '524', message: 'Error 524: A timeout occurred: slow' },
  ],
  [
    'the gateway without a code',
    [500, json, '{"success":false,"error":[{"message":"Internal"}]}'],
    { family: 'gateway', code: 'unknown', message: 'Internal' },
  ],
  [
    'edge, problem JSON without detail',
    [520, json, '{"type":"about:blank","title":"Error 520","status":520}'],
    { family: 'edge', code: '520', message: 'Error 520: about:blank' },
  ],
  ['nothing to go by', [500, '', ''], { family: 'provider', code: 'http_500', message: 'HTTP 500' }],
  ['nothing to go by, 52x', [522, '', ''], { family: 'edge', code: 'http_522' }],
];

test.each(cases)('%s', (_name, [httpStatus, contentType, body], expected) => {
  expect(classify({ httpStatus, contentType, body }, now)).toMatchObject(expected);
});

for (const { name, assert } of failureProperties) test(name, assert);

test.each<[string, [number, string, string], object]>([
  ["a bare 520 is the edge's", [520, 'text/plain', ''], { family: 'edge', code: 'http_520' }],
  ["a bare 519 is the provider's", [519, 'text/plain', ''], { family: 'provider' }],
  [
    'JSON is believed before the type that its header gives',
    [503, 'text/html', '{"error":"timed out waiting for a concurrent request slot"}'],
    { status: 'rate_limited', family: 'provider', code: 'concurrency' },
  ],
  [
    'the code of a page wins over that of the response that carried it',
    [403, 'text/html', '<html><title>x | 524: A timeout occurred</title>'],
    { family: 'edge', code: '524' },
  ],
  [
    'back-pressure said with a 500',
    [500, json, '{"error":"server busy, please try again. maximum pending requests exceeded"}'],
    { status: 'rate_limited', family: 'provider' },
  ],
  [
    'a limit said with a 400',
    [400, json, '{"error":{"message":"slow down","type":"rate_limit_error","code":"rate_limit_exceeded"}}'],
    { status: 'rate_limited' },
  ],
])('%s', (_, [httpStatus, contentType, body], expected) => {
  expect(classify({ httpStatus, contentType, body }, now)).toMatchObject(expected);
});
