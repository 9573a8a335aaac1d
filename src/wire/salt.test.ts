import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Message } from '../suite/suite.ts';
import { salted, saltToken } from './salt.ts';

const source = { runId: 'run-1', seed: 7, key: 'measure\n1\nfaq\nkimi\ncompat', attempt: 1 };

test('the same attempt of the same run finds its token again, and no other has it', () => {
  expect(saltToken({ ...source })).toBe(saltToken(source));
  expect(saltToken(source)).toMatch(/^[0-9a-f]{12}$/);
  const others = [
    { ...source, runId: 'run-2' },
    { ...source, seed: 8 },
    { ...source, attempt: 2 },
    { ...source, key: source.key.replace('1', '2') },
    { ...source, key: source.key.replace('compat', 'direct') },
    { ...source, key: source.key.replace('kimi', 'glm') },
  ].map(saltToken);
  expect(new Set([saltToken(source), ...others]).size).toBe(7);
});

const system = (content: string): Message => ({ role: 'system', content });
const user: Message = { role: 'user', content: 'Hi' };
const parts: Message = {
  role: 'user',
  content: [{ type: 'image_url' }, { type: 'text', text: 'What is this?' }],
};

test.each<[string, Message[], 'prefix' | 'suffix', Message[]]>([
  ['before the system prompt', [system('Be brief.'), user], 'prefix', [system('[t]\n\nBe brief.'), user]],
  ['behind it', [system('Be brief.'), user], 'suffix', [system('Be brief.\n\n[t]'), user]],
  [
    'behind the last of several',
    [system('One.'), { role: 'developer', content: 'Two.' }, user],
    'suffix',
    [system('One.'), { role: 'developer', content: 'Two.\n\n[t]' }, user],
  ],
  ['without one, before what is said', [user], 'prefix', [{ role: 'user', content: '[t]\n\nHi' }]],
  ['and so as a suffix', [user], 'suffix', [{ role: 'user', content: '[t]\n\nHi' }]],
  [
    'a part of its own before one that is no text',
    [parts],
    'prefix',
    [{ role: 'user', content: [{ type: 'text', text: '[t]' }, ...(parts.content as object[])] as never }],
  ],
  [
    'within the last text of a system prompt in parts',
    [
      {
        role: 'system',
        content: [
          { type: 'text', text: 'A' },
          { type: 'text', text: 'B' },
        ],
      },
      user,
    ],
    'suffix',
    [
      {
        role: 'system',
        content: [
          { type: 'text', text: 'A' },
          { type: 'text', text: 'B\n\n[t]' },
        ],
      },
      user,
    ],
  ],
])('%s', (_case, messages, place, expected) => {
  const before = structuredClone(messages);
  expect(salted(messages, place, 't')).toEqual(expected);
  expect(messages).toEqual(before);
});

test('whatever the messages, two tokens differ in what is sent at one place alone', () => {
  const message = fc.record({
    role: fc.constantFrom('system', 'user', 'assistant'),
    content: fc.oneof(
      fc.string(),
      fc.array(fc.record({ type: fc.constant('text'), text: fc.string() }), { maxLength: 3 }),
    ),
  });
  fc.assert(
    fc.property(
      fc.array(message, { minLength: 1, maxLength: 4 }),
      fc.constantFrom('prefix' as const, 'suffix' as const),
      (messages, place) => {
        const sent = JSON.stringify(salted(messages, place, 'TOKEN-ONE'));
        expect(sent.split('TOKEN-ONE')).toHaveLength(2);
        expect(JSON.stringify(salted(messages, place, 'OTHER'))).toBe(sent.replace('TOKEN-ONE', 'OTHER'));
      },
    ),
  );
});
