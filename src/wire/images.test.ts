import { expect, test } from 'vitest';
import { cell, planned, prompt } from '../plan/testing/planned.ts';
import type { Json } from '../suite/suite.ts';
import { chatRequest } from './chat-request-body.ts';
import { assertNativeWords, nativeBody } from './native-request.ts';

const part = (sha256: string): Json => ({
  ...{ type: 'image', file: `${sha256}.png`, sha256, bytes: 3, width: 1, height: 1 },
});
const messages = [
  { role: 'system', content: 'Be brief.' },
  {
    role: 'user',
    content: [{ type: 'text', text: 'Which? ' }, part('a'), part('b'), { type: 'text', text: 'Say.' }],
  },
];
const request = planned(cell('m'), prompt('p', { messages }));
const images = new Map([
  ['a', { mediaType: 'image/png', base64: 'QUFB' }],
  ['b', { mediaType: 'image/webp', base64: 'QkJC' }],
]);
const facts = {
  ...{ runId: 'r', suite: 's', eventId: 'e' },
  settings: { auth: 'aig', headers: {}, logPayload: true } as const,
};
const endpoint = { baseUrl: 'http://x/v1', wireModel: 'm', headers: {}, throughGateway: false };

test('to OpenAI: data URLs in place of the images', () => {
  const { body } = chatRequest(request, endpoint, { ...facts, images });
  expect(body.messages).toEqual([
    messages[0],
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Which? ' },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,QUFB' } },
        { type: 'image_url', image_url: { url: 'data:image/webp;base64,QkJC' } },
        { type: 'text', text: 'Say.' },
      ],
    },
  ]);
});

test("to Ollama's own API: base64 next to the text, in order", () => {
  const { messages: sent } = nativeBody(request, 'm', { api: 'native' }, images);
  expect(sent).toEqual([messages[0], { role: 'user', content: 'Which? Say.', images: ['QUFB', 'QkJC'] }]);
  expect(() => assertNativeWords({ models: [], prompts: [request.prompt] })).not.toThrow();
});

test('a token in front changes the text and no image', () => {
  const salt = { place: 'prefix', token: 't0ken' } as const;
  const alone = planned(cell('m'), prompt('p', { messages: [{ role: 'user', content: [part('a')] }] }));
  const { body } = chatRequest(alone, endpoint, { ...facts, images, salt });
  expect(body.messages).toEqual([
    {
      role: 'user',
      content: [
        { type: 'text', text: '[t0ken]' },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,QUFB' } },
      ],
    },
  ]);
});

test('an image that was not loaded is never left out in silence', () => {
  expect(() => chatRequest(request, endpoint, facts)).toThrow('a.png was not loaded');
  expect(() => nativeBody(request, 'm', { api: 'native' })).toThrow('a.png was not loaded');
});
