import { describe, expect, test } from 'vitest';
import { echoes } from '../base/testing/echoes.ts';
import { cellsOf } from '../plan/cell.ts';
import type { Model } from '../suite/suite.ts';
import { MissingVariables, variables, type Environment, type Variable } from './environment.ts';
import { defaultRoute, findRoute, isSimulatedRoute, routes } from './routes.ts';
import { resolveTargets, type TargetOptions } from './targets.ts';

const names = Object.keys(variables) as Variable[];
/** A value for every variable, each as long as a token. */
const everything = Object.fromEntries(
  names.map((name, place) => [name, `${'qwrtzpsdfghjklmnbvcx'.repeat(2)}${name}-${place}`]),
) as Record<Variable, string>;
const models: Model[] = [{ id: 'glm', model: 'custom-ollama/glm', params: {} }];
const suite = { models, gateway: { auth: 'aig', headers: {}, logPayload: true } as const };

const targetsBy = (route: string, environment: Environment, rest: Partial<TargetOptions> = {}) =>
  resolveTargets(suite, { routes: [route], environment, mockUrl: 'http://127.0.0.1:1', ...rest });
const only = (needed: readonly Variable[]): Environment =>
  Object.fromEntries(needed.map((name) => [name, everything[name]]));

describe.each(routes.map((route) => [route.name, route] as const))('route %s', (name, route) => {
  const { needs, addressNeeds = [], kind } = route;
  const all = [...needs, ...addressNeeds];

  test('can be typed, and follows the @ in a label', () => {
    expect(name).toMatch(/^[a-z]+$/);
    expect(findRoute(name)).toBe(route);
    expect(route.summary).not.toBe('');
  });

  test('gets along with the variables that it names, and without any of them names those that are missing', () => {
    expect(targetsBy(name, only(all)).cells).toHaveLength(1);
    for (const missing of all) {
      const others = only(all.filter((each) => each !== missing));
      let said: unknown;
      try {
        targetsBy(name, others);
      } catch (error) {
        said = error;
      }
      expect(said).toBeInstanceOf(MissingVariables);
      expect((said as MissingVariables).variables).toEqual([missing]);
      expect((said as Error).message).toContain(`The route "${name}" needs`);
    }
  });

  test('needs no variables of an address when it is given one', () => {
    const [target] = targetsBy(name, only(needs), { baseUrl: ['https://elsewhere.example/v1'] }).cells;
    if (kind !== 'simulated') expect(target!.endpoint.baseUrl).toBe('https://elsewhere.example/v1');
  });

  test('sends no variable that it does not name', () => {
    const [target] = targetsBy(name, everything).cells;
    const sent = JSON.stringify(target!.endpoint);
    const sendable = [...all, ...(kind === 'gateway' ? ['CF_AIG_BYOK_ALIAS' as const] : [])];
    for (const other of names)
      if (!sendable.includes(other)) expect(sent, other).not.toContain(everything[other]);
  });

  test('goes through a gateway or not, as its kind says', () => {
    expect(targetsBy(name, everything).cells[0]!.endpoint.throughGateway).toBe(kind !== 'bare');
    expect(isSimulatedRoute(name)).toBe(kind === 'simulated');
  });

  test.each(echoes)('a credential that a server sends back $name is never shown', ({ of }) => {
    const { cells, redact } = targetsBy(name, everything, { providerKey: true });
    const { bearer, headers } = cells[0]!.endpoint;
    const credentials = [
      bearer ?? '',
      ...Object.values(headers).map((value) => value.replace('Bearer ', '')),
    ];
    // What the mock accepts opens nothing, and neither does the alias of a stored key.
    const secrets = credentials.filter(
      (value) => value.length > 20 && value !== everything.CF_AIG_BYOK_ALIAS,
    );
    for (const secret of secrets) expect(redact(`got ${of(secret)}.`)).not.toContain(of(secret));
  });
});

test('ranks and names distinguish routes', () => {
  expect(new Set(routes.map(({ name }) => name)).size).toBe(routes.length);
  expect(new Set(routes.map(({ choice }) => choice.rank)).size).toBe(routes.length);
});

describe('targets', () => {
  test('are the cells of a run, each with its endpoint, found again by their names', () => {
    const environment = everything;
    const { cells, of, routes: hosts } = resolveTargets(suite, { routes: ['compat', 'direct'], environment });
    expect(cells.map(({ model, route }) => ({ model, route }))).toEqual(
      cellsOf({ models }, ['compat', 'direct']),
    );
    expect(of({ model: 'glm', route: 'direct' })).toBe(cells[1]);
    expect(hosts).toEqual([
      { route: 'compat', host: 'gateway.ai.cloudflare.com' },
      { route: 'direct', host: 'ollama.com' },
    ]);
  });

  test("go by the suite's route, or else by the default one", () => {
    const named = { ...suite, gateway: { ...suite.gateway, route: 'direct' } };
    const routeOf = (one: typeof suite) =>
      resolveTargets(one, { environment: everything }).cells.map(({ route }) => route);
    expect(routeOf(named)).toEqual(['direct']);
    expect(routeOf(suite)).toEqual([defaultRoute.name]);
  });

  test('take an address for one route or for all, and end without a slash', () => {
    const baseUrl = ['https://a.example/v1//', 'direct=https://b.example/v1/'];
    const { cells } = resolveTargets(suite, {
      routes: ['compat', 'direct'],
      environment: everything,
      baseUrl,
    });
    expect(cells.map(({ endpoint }) => endpoint.baseUrl)).toEqual([
      'https://a.example/v1',
      'https://b.example/v1',
    ]);
  });

  test.each([
    [{ routes: ['compt'] }, /no route "compt"; did you mean "compat"/],
    [{ baseUrl: ['compt=https://a.example'] }, /no route "compt"/],
    [{ baseUrl: ['http://a.example'] }, /plain http/],
  ])('refuse %j', (rest, message) => {
    expect(() => resolveTargets(suite, { environment: everything, ...rest })).toThrow(message);
  });
});
