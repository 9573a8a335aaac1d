import { describe, expect, test } from 'vitest';
import type { Facts } from './doctor-facts.ts';
import { recommend } from './recommend.ts';
import type { RouteState } from './route-state.ts';

const routes = ['provider', 'compat', 'direct', 'local', 'demo'] as const;
const states: readonly RouteState[] = ['works', 'partly', 'fails', 'unasked'];

const advice = (known: readonly (readonly [string, RouteState])[], route?: string): string => {
  const asked = known.map(([name]) => {
    const throughGateway = name === 'provider' || name === 'compat';
    return { route: name, throughGateway, cloudflare: throughGateway };
  });
  const facts = { suite: { route }, stopped: false, routes: asked, untried: [] } as unknown as Facts;
  return recommend(facts, new Map(known));
};

/** The route that the advice is about. */
function adviced(text: string): string | undefined {
  if (text.startsWith('The simulated gateway works.')) return 'demo';
  return /--route (\w+)[ :]/.exec(text)?.[1];
}

describe('of several routes', () => {
  const all = routes.reduce<(readonly [string, RouteState])[][]>(
    (made, route) => made.flatMap((before) => states.map((state) => [...before, [route, state] as const])),
    [[]],
  );

  test('the first that works is advised, and one that works in part only where none does', () => {
    for (const known of all) {
      const first = (state: RouteState): string | undefined => known.find(([, is]) => is === state)?.[0];
      expect(adviced(advice(known)), JSON.stringify(known)).toBe(first('works') ?? first('partly'));
    }
  });

  test('the advice says of one that works in part that it does', () => {
    for (const known of all) {
      const isPartly = !known.some(([, is]) => is === 'works') && known.some(([, is]) => is === 'partly');
      const text = advice(known);
      const says = /though not for every model|for some models/.test(text);
      if (adviced(text) !== 'demo') expect(says, JSON.stringify(known)).toBe(isPartly);
    }
  });

  test('the order in which they were asked does not matter', () => {
    for (const known of all.filter((_, index) => index % 7 === 0))
      expect(advice(known.toReversed())).toBe(advice(known));
  });

  test('the cost of the gateway is offered where a way through it and the one around it work', () => {
    for (const known of all) {
      const works = (route: string): boolean => known.some(([name, is]) => name === route && is === 'works');
      const offered = /--route (\w+),direct/.exec(advice(known))?.[1];
      const pair = works('provider') ? 'provider' : works('compat') ? 'compat' : undefined;
      expect(offered, JSON.stringify(known)).toBe(works('direct') ? pair : undefined);
    }
  });
});

test.each<[RouteState, RegExp]>([
  ['works', /^The suite's own route compat works\. Use --route provider:/],
  ['partly', /own route compat does not work properly\. Use --route provider:/],
  ['fails', /own route compat does not work properly\. Use --route provider:/],
])("a better route than the suite's own, which %s, is named with it", (state, words) => {
  expect(
    advice(
      [
        ['provider', 'works'],
        ['compat', state],
      ],
      'compat',
    ),
  ).toMatch(words);
});

test('nothing is advised of what was stopped', () => {
  const facts = { suite: {}, stopped: true } as unknown as Facts;
  expect(recommend(facts, new Map([['provider', 'works']]))).toMatch(/^Stopped before everything was tried/);
});
