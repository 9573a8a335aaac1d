import { describe, expect, test } from 'vitest';
import { assertAddressed } from './setup.ts';

describe('an address that no request would go to is refused:', () => {
  test.each([
    ['of a route that there is not', ['compta=http://a'], ['compat'], /did you mean "compat"/],
    [
      'of a route that is not taken',
      ['provider=http://a'],
      ['compat'],
      /this run does not use the route provider; it uses compat/,
    ],
    ['of the demo', ['http://a'], ['demo'], /starts its own mock gateway/],
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
