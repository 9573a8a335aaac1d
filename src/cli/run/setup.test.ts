import { describe, expect, test } from 'vitest';
import { assertAddressed } from './setup.ts';

describe('an address that no request would go to is refused:', () => {
  test.each([
    ['of a route that there is not', ['compta=http://a'], ['compat'], /did you mean "compat"/],
    [
      'of a route that is not taken',
      ['provider=http://a'],
      ['compat'],
      /nothing goes by provider here, but by compat/,
    ],
    ['of the demo', ['http://a'], ['demo'], /starts a mock of its own/],
    ['the second for the same routes', ['http://a', 'http://b'], ['compat'], /write route=URL/],
  ])('%s', (_, given, names, message) => {
    expect(() => assertAddressed(given, names)).toThrow(message);
  });

  test('others are not', () => {
    assertAddressed([], ['demo']);
    assertAddressed(['http://a?b=c'], ['compat', 'demo']);
    assertAddressed(['compat=http://a', 'provider=http://b'], ['compat', 'provider']);
  });
});
