import fc from 'fast-check';
import { expect, test } from 'vitest';
import { redactedDeep, redactor } from './redact.ts';
import { anyToken, echoes, sharesRun } from './testing/echoes.ts';
import { cleanLines, oneLine } from './text.ts';

/** Text around an echo that is not part of it. */
const around = fc.constantFrom(
  ['', ''],
  ['invalid token ', ' given'],
  ['{"got":"', '"}'],
  ['<b>', '</b>'],
  ['a=', '&b=1'],
);

test.each(echoes)('a token that comes back $name is gone, before and after cleaning', ({ of }) => {
  fc.assert(
    fc.property(anyToken, around, (token, [before, after]) => {
      const redact = redactor(new Map([[token, 'CF_AIG_TOKEN']]));
      const echo = of(token);
      const text = `${before}${echo}${after}`;
      for (const clean of [redact(text), oneLine(redact(text), 400), cleanLines(redact(text)).join('\n')]) {
        expect(sharesRun(clean, echo, 12)).toBeUndefined();
        expect(sharesRun(clean, token, 12)).toBeUndefined();
        expect(sharesRun(clean.toLowerCase(), token.toLowerCase(), 12)).toBeUndefined();
      }
      // Text that was cleaned before it came here shows no more either.
      expect(sharesRun(redact(oneLine(text, 400)), token, 12)).toBeUndefined();
    }),
    { numRuns: 40 },
  );
});

test.each(echoes)('of a token that begins and ends with dashes, no dash is left: $name', ({ of }) => {
  for (const token of [`-_aB3dE5gH7jK9${'mN4pQ6'.repeat(3)}Z`, `aB3dE5gH7jK9${'mN4pQ6'.repeat(3)}Z-_`]) {
    const redact = redactor(new Map([[token, 'CF_AIG_TOKEN']]));
    expect(sharesRun(redact(`{"got":"${of(token)}"}`), of(token), 12)).toBeUndefined();
  }
});

test('what holds no secret comes back as it is, and every key of what does', () => {
  const redact = redactor(new Map([['sk-4711aBcDeFgH', 'TOKEN']]));
  const plain = { a: ['x', { b: 'y' }], none: undefined, when: new Date(0) };
  expect(redactedDeep(plain, redact)).toBe(plain);
  const said = JSON.parse('{"__proto__":"sk-4711aBcDeFgH","b":["sk-4711aBcDeFgH",2],"c":null}') as object;
  expect(JSON.stringify(redactedDeep(said, redact))).toBe(
    '{"__proto__":"[TOKEN]","b":["[TOKEN]",2],"c":null}',
  );
});

test('text without secrets stays as it is, to the letter', () => {
  const redact = redactor(new Map([['sk-4711aBcDeFgHiJkLmNoPqRsTuVwX', 'OLLAMA_API_KEY']]));
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      expect(redact(text)).toBe(text);
    }),
    { numRuns: 300 },
  );
  for (const text of ['%41%42 100% \\u0041 &amp; &#65;', 'a-b-c-d-e-f-g', '𝐀𝐁 😀 é'])
    expect(redact(text)).toBe(text);
});

test('every text of a value is looked at, whatever its name', () => {
  const redact = redactor(new Map([['sk-4711aBcDeFgH', 'KEY']]));
  const when = new Date(0);
  expect(
    redactedDeep({ a: ['x sk-4711aBcDeFgH', 1, { b: 'sk-4711aBcDeFgH' }], when, none: undefined }, redact),
  ).toEqual({
    a: ['x [KEY]', 1, { b: '[KEY]' }],
    when,
    none: undefined,
  });
});
