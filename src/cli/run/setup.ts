import { UserError } from '../../base/user-error.ts';
import { defaultRoute, isSimulatedRoute } from '../../target/routes.ts';
import { type Environment, secretsOf } from '../../target/environment.ts';
import { routeNamed, routeOfAddress } from '../../target/targets.ts';
import { assertNativeWords } from '../../wire/native-request.ts';
import type { Suite } from '../../suite/suite.ts';
import type { SuiteFlags } from '../commands/suite-flags.ts';

/**
 * Route names of a run: from the flag, else the suite, else the one that the project started with. Each must support
 * what the suite asks.
 */
export function routeNames(flags: Pick<SuiteFlags, 'route'>, suite: Suite): string[] {
  const names = flags.route ?? [suite.gateway.route ?? defaultRoute.name];
  if (names.map(routeNamed).some((route) => route.nativeApi?.(suite.gateway))) assertNativeWords(suite);
  return [...new Set(names)];
}

/** An address that no request would use is a mistake: the requests, and the token with them, would go elsewhere. */
export function assertAddressed(given: readonly string[], names: readonly string[]): void {
  const forAll = given.filter((entry) => routeOfAddress(entry) === undefined);
  if (forAll.length > 1)
    throw new UserError(`--base-url: ${forAll.join(' and ')} are for the same routes; write route=URL.`);
  for (const entry of given) {
    const name = routeOfAddress(entry);
    if (name !== undefined) routeNamed(name);
    const simulated = name === undefined ? names : [name];
    if (simulated.every(isSimulatedRoute))
      throw new UserError(
        `--base-url ${entry}: the route ${simulated.join()} starts its own mock gateway. For another gateway, use --route ${defaultRoute.name}.`,
      );
    if (name !== undefined && !names.includes(name))
      throw new UserError(
        `--base-url ${entry}: this run does not use the route ${name}; it uses ${names.join(' and ')}.`,
      );
  }
}

/** Shorter values may be ordinary words, which a suite may well contain. */
const surelySecret = 12;

/** A suite is stored with its run, word for word, so that it can be repeated. A secret in it would be stored too. */
export function assertNoSecrets(where: string, kept: unknown, environment: Environment): void {
  const text = JSON.stringify(kept);
  for (const [secret, name] of secretsOf(environment))
    if (secret.length >= surelySecret && text.includes(secret))
      throw new UserError(
        `${where}: it holds the value of ${name}, which would be written into the run's folder. Take it out.`,
      );
}
