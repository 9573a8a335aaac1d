import http from 'k6/http';
import { check } from 'k6';

/** k6: so many requests, so many at a time, as in sglang.py. Reads each answer whole. Prints what it found as JSON. */
export const options = {
  discardResponseBodies: false,
  scenarios: {
    short: {
      executor: 'shared-iterations',
      vus: Number(__ENV.CONCURRENCY),
      iterations: Number(__ENV.REQUESTS),
    },
  },
};

const params = { headers: { 'content-type': 'application/json' } };

export default function () {
  const body = {
    model: 'sim-instant',
    messages: [{ role: 'user', content: `Question number ${__ITER} of many?` }],
    max_completion_tokens: 6,
    stream: true,
    temperature: 0,
    ignore_eos: true,
  };
  const answer = http.post(`${__ENV.URL}/v1/chat/completions`, JSON.stringify(body), params);
  check(answer, { whole: ({ status, body }) => status === 200 && body.includes('[DONE]') });
}

export function handleSummary({ metrics }) {
  const { passes } = metrics.checks.values;
  return { stdout: JSON.stringify({ completed: passes, perSecond: metrics.http_reqs.values.rate }) };
}
