import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Lengths } from '../load/trace.ts';
import { cell, planned, prompt, user } from '../plan/testing/planned.ts';
import { leastUsage, worstCaseUsage } from '../plan/token-estimate.ts';
import type { Message, Prompt } from '../suite/suite.ts';
import { chatRequest } from './chat-request-body.ts';
import { filledUp } from './filling.ts';

const facts = {
  runId: 'r',
  suite: 's',
  eventId: 'e',
  settings: { auth: 'aig' as const, headers: {}, logPayload: true },
};
const endpoint = { baseUrl: 'http://127.0.0.1', wireModel: 'm', throughGateway: false, headers: {} };

const replayed = (lengths: Lengths | undefined, about: Prompt = prompt('p'), place = {}, model = cell('a')) =>
  planned(model, about, {
    visit: {
      ...{ load: 'open' as const, level: 1, number: 1, arrival: 1, ...place },
      ...(lengths ? { lengths } : {}),
    },
  });
const messagesOf = (request: ReturnType<typeof replayed>): Message[] => [
  ...filledUp(request).prompt.messages,
];
const words = (text: unknown): number => String(text).split(/\s+/).length;

test('a prompt is filled up to its recorded length, the question last, followed by the requested length', () => {
  const about = prompt('p', { messages: [{ role: 'system', content: 'Be brief.' }, user('Why?')] });
  const [system, question, ...rest] = messagesOf(
    replayed({ promptTokens: 400, completionTokens: 100 }, about),
  );
  expect(rest).toEqual([]);
  expect(system).toEqual({ role: 'system', content: 'Be brief.' });
  expect(question!.content).toMatch(/^[a-z ]+\n\nWhy\?\n\nWrite about 75 words\.$/);
  expect(words(question!.content)).toBeGreaterThan(360);
  expect(words(question!.content)).toBeLessThan(410);
});

test('each arrival has words of its own, which are the same for every model and in every run', () => {
  const contents = [{ arrival: 1 }, { arrival: 2 }, { number: 2 }, { level: 2 }].map(
    (place) => messagesOf(replayed({ promptTokens: 60 }, prompt('p'), place))[0]!.content,
  );
  expect(new Set(contents).size).toBe(4);
  const other = replayed({ promptTokens: 60 }, prompt('p'), { arrival: 1 }, cell('b'));
  expect(messagesOf(other)[0]!.content).toBe(contents[0]);
});

test.each<[string, Lengths | undefined]>([
  ['without a recorded length', undefined],
  ['that is longer than recorded', { promptTokens: 1, completionTokens: 5 }],
  ['of an empty recorded one', { promptTokens: 0, completionTokens: 0 }],
])('a prompt %s is sent as it is', (_name, lengths) => {
  expect(messagesOf(replayed(lengths))).toEqual([user('Hello?')]);
});

test('images stay where they are, with words before them and the requested length after', () => {
  const parts = [
    { type: 'image_url', image_url: { url: 'a.png' } },
    { type: 'text', text: 'What is it?' },
  ];
  const about = prompt('p', { messages: [{ role: 'user', content: parts }] });
  const [{ content } = { content: [] }] = messagesOf(
    replayed({ promptTokens: 50, completionTokens: 40 }, about),
  );
  expect(content).toEqual([
    { type: 'text', text: expect.stringMatching(/^[a-z ]+$/) as string },
    ...parts,
    { type: 'text', text: 'Write about 30 words.' },
  ]);
});

test.each([
  [{}, 44, { max_tokens: 44 }],
  [{ max_tokens: 8 }, 44, { max_tokens: 44 }],
  [{ max_completion_tokens: 8 }, 44, { max_completion_tokens: 44 }],
  [{ max_tokens: 8 }, 0, { max_tokens: 1 }],
  [{ max_tokens: 8 }, undefined, { max_tokens: 8 }],
])('params %j with a recorded answer of %s tokens are sent as %j', (params, completionTokens, sent) => {
  const request = replayed(
    completionTokens === undefined ? undefined : { completionTokens },
    prompt('p'),
    {},
    cell('a', { params }),
  );
  const { body } = chatRequest(request, endpoint, facts);
  expect(body).toMatchObject(sent);
  expect(['max_tokens', 'max_completion_tokens'].filter((name) => name in body)).toEqual(Object.keys(sent));
});

test('what a request may cost bounds what it sends', () => {
  fc.assert(
    fc.property(fc.nat(3000), fc.nat(3000), fc.string(), (promptTokens, completionTokens, text) => {
      const request = replayed({ promptTokens, completionTokens }, prompt('p', { messages: [user(text)] }));
      const worst = worstCaseUsage(request);
      const sent = words(messagesOf(request)[0]!.content);
      expect(worst.promptTokens).toBeGreaterThanOrEqual(sent);
      expect(worst.completionTokens).toBe(Math.max(1, completionTokens));
      expect(leastUsage(request).promptTokens).toBeLessThanOrEqual(worst.promptTokens);
    }),
  );
});

test.each([1, 64, 65, 4159, 4160, 4161, 20_000])('a prompt that lacks %d words gets as many', (missing) => {
  const bare = prompt('p', { messages: [user('')] });
  // Four tokens stand around the message, and its role is one.
  const [{ content } = { content: '' }] = messagesOf(replayed({ promptTokens: missing + 5 }, bare));
  expect(words((content as string).trim())).toBe(missing);
});
