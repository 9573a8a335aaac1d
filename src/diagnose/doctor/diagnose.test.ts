import { expect, test } from 'vitest';
import type { Exchange } from '../../measure/exchange.ts';
import { answered, failed } from '../../measure/metrics/testing/exchange.ts';
import { diagnose } from './diagnose.ts';
import type { Facts, Probe, ProviderFacts, RouteFacts } from './doctor-facts.ts';
import { routeState } from './route-state.ts';

const probe = (model: string, exchange: Exchange): Probe => ({
  route: 'provider',
  model,
  name: `custom-ollama/${model}`,
  slug: 'ollama',
  wireModel: model,
  streamed: true,
  exchange,
  reasons: [],
});

const route = (name: string, probes: readonly Probe[], rest: Partial<RouteFacts> = {}): RouteFacts => ({
  route: name,
  url: 'https://gateway.ai.cloudflare.com/v1/a/b/custom-ollama/v1',
  throughGateway: true,
  cloudflare: true,
  auth: 'aig',
  sendsProviderKey: false,
  wanted: true,
  providers: [],
  probes: probes.map((one) => ({ ...one, route: name })),
  unasked: [],
  ...rest,
});

const limits = { requests: 50, tokens: 5000 };
const factsOf = (routes: readonly RouteFacts[], rest: Partial<Facts> = {}): Facts => ({
  routes,
  untried: [],
  account: { asked: false, hasToken: false },
  limits: limits,
  spent: limits,
  overrun: 0,
  suite: {},
  stopped: false,
  ...rest,
});

const good = answered([
  [100, 'content', 5],
  [200, 'done', 0],
]);
const noModel = failed({ code: 'model_not_found', message: 'model not found' }, [], { httpStatus: 404 });

test('findings are ordered worst first, whatever was examined first', () => {
  const probes = [probe('a', failed({ status: 'empty' })), probe('glm-5.22', noModel)];
  for (const order of [probes, probes.toReversed()]) {
    const facts = factsOf([route('provider', order, { clockAheadMs: 3_600_000 })], {
      account: { asked: true, hasToken: true, settings: { cacheTtl: 60 } },
    });
    const marks = diagnose(facts).findings.map(({ mark }) => mark);
    const worst = ['wrong', 'warning', 'note'];
    expect(new Set(marks)).toEqual(new Set(worst));
    expect(marks).toEqual(marks.toSorted((a, b) => worst.indexOf(a) - worst.indexOf(b)));
  }
});

test('the answer with the most pieces decides whether answers stream', () => {
  const stream = (pieces: number): Exchange =>
    answered(Array.from({ length: pieces }, (_, index) => [100 * (index + 1), 'content', 2] as const));
  const found = (...pieces: number[]): string | undefined =>
    diagnose(
      factsOf([
        route(
          'provider',
          pieces.map((count, index) => probe(`m${index}`, stream(count))),
        ),
      ]),
    ).answers.find(({ id }) => id === 'streams')?.found;
  for (const order of [
    [1, 9, 3],
    [9, 3, 1],
    [3, 1, 9],
  ])
    expect(found(...order)).toBe('yes: 9 pieces over 800 ms.');
});

test('an unknown model is looked for in the list of its own route before those of others', () => {
  const list = (...names: string[]): readonly ProviderFacts[] => [{ slug: 'ollama', names }];
  const routes = [
    route('compat', [], { providers: list('glm-5.1') }),
    route('provider', [probe('glm-5.22', noModel)], { providers: list('glm-5.2') }),
  ];
  for (const order of [routes, routes.toReversed()])
    expect(diagnose(factsOf(order)).findings.find(({ id }) => id === 'model-unknown')?.means).toContain(
      'Nearest in its list: glm-5.2.',
    );
});

test('a model of which one answer failed is a failing one: a route that has another works in part', () => {
  const bad = failed({ status: 'timeout' });
  const empty = failed({ status: 'empty' });
  const stateOf = (...probes: (readonly [string, Exchange])[]): string =>
    routeState(
      route(
        'provider',
        probes.map(([model, exchange]) => probe(model, exchange)),
      ),
    );
  expect(stateOf()).toBe('unasked');
  expect(stateOf(['a', good], ['a', good])).toBe('works');
  expect(stateOf(['a', good], ['a', bad])).toBe('fails');
  expect(stateOf(['a', bad], ['a', good], ['b', good])).toBe('partly');
  expect(stateOf(['a', good], ['b', empty])).toBe('works');
  expect(stateOf(['a', bad], ['b', bad])).toBe('fails');
});
