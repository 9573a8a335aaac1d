import { describe, expect, test } from 'vitest';
import { UserError } from '../base/user-error.ts';
import { requireVariables, type Environment, type Variable } from './environment.ts';
import { gatewayCredentials } from './route.ts';
import { compat } from './routes/compat.ts';
import { direct } from './routes/direct.ts';
import { provider } from './routes/provider.ts';
import { assertVisible } from './visible.ts';

const token = 'tok-abcdefgh-1234';

describe('a character that no header carries', () => {
  test.each([
    ['\u201c', 'a curly quote (U+201C)'],
    ['\u2019', 'a curly quote (U+2019)'],
    ['\u00a0', 'a no-break space (U+00A0)'],
    ['\n', 'a line break (U+000A)'],
    ['\t', 'a tab (U+0009)'],
    ['\u200b', 'an invisible character (U+200B)'],
    ['\u2013', "a dash that is not the keyboard's hyphen (U+2013)"],
    ['\u2026', 'an ellipsis: it was cut off when it was copied (U+2026)'],
    ['é', 'U+00E9'],
    ['🔑', 'U+1F511'],
    ['\u0000', 'U+0000'],
    ['\u007f', 'U+007F'],
  ])('%j is named, with its place and without the value', (character, name) => {
    const said = (value: string): string => {
      try {
        assertVisible('CF_AIG_TOKEN', value);
        return '';
      } catch (error) {
        expect(error).toBeInstanceOf(UserError);
        return (error as Error).message;
      }
    };
    expect(said(character + token)).toContain(
      `CF_AIG_TOKEN has a character that is not allowed in a header: ${name} at the start`,
    );
    expect(said(token + character)).toContain(`${name} at the end`);
    expect(said(`ab${character}cd`)).toContain(`${name} at position 3 of 5`);
    expect(said(character + token)).not.toContain('abcdefgh');
  });

  test('everything that a keyboard types is allowed', () => {
    expect(() =>
      assertVisible('X', Array.from({ length: 95 }, (_, n) => String.fromCharCode(32 + n)).join('')),
    ).not.toThrow();
  });
});

describe('it is refused wherever a value goes into a request', () => {
  const good: Environment = {
    CF_ACCOUNT_ID: 'acc',
    CF_GATEWAY_ID: 'gw',
    CF_AIG_TOKEN: token,
    OLLAMA_API_KEY: 'key',
  };
  const settings = { auth: 'aig', headers: {}, logPayload: true } as never;
  const bad = (name: Variable): Environment => ({ ...good, [name]: '\u201cx\u201d' });

  test.each([
    [compat, 'CF_AIG_TOKEN'],
    [compat, 'CF_ACCOUNT_ID'],
    [compat, 'CF_AIG_BYOK_ALIAS'],
    [compat, 'OLLAMA_API_KEY'],
    [provider, 'CF_AIG_TOKEN'],
    [provider, 'CF_GATEWAY_ID'],
    [direct, 'OLLAMA_API_KEY'],
  ] as const)('%o: %s', (route, name) => {
    const endpoint = () =>
      route.endpoint('custom-ollama/m', {
        environment: bad(name),
        settings,
        providerKey: name === 'OLLAMA_API_KEY',
      });
    expect(endpoint).toThrow(name);
    expect(endpoint).toThrow('curly quote');
  });

  test('an alias of the suite, and the API token', () => {
    const context = {
      environment: good,
      settings: { byokAlias: 'pro\u2013duction' } as never,
      providerKey: false,
    };
    expect(() => gatewayCredentials(token, 'aig', context)).toThrow('gateway.byok_alias');
    expect(() =>
      requireVariables(bad('CLOUDFLARE_API_TOKEN'), ['CLOUDFLARE_API_TOKEN'], 'reconcile'),
    ).toThrow('CLOUDFLARE_API_TOKEN has');
  });

  test('but not one that this way does not send', () => {
    expect(() =>
      compat.endpoint('custom-ollama/m', {
        environment: bad('OLLAMA_API_KEY'),
        settings,
        providerKey: false,
      }),
    ).not.toThrow();
  });
});
