import { UserError } from '../base/user-error.ts';

/** Protocols that undici can speak to a proxy. */
const protocols = /^(?:https?|socks5?):$/;

/**
 * Throws a UserError if a proxy in the environment is not an address. Its value may hold a password, so it is not
 * shown.
 */
export function checkProxies(env: NodeJS.ProcessEnv): void {
  for (const lower of ['http_proxy', 'https_proxy']) {
    const name = env[lower] === undefined ? lower.toUpperCase() : lower;
    const value = env[name];
    if (!value || (URL.canParse(value) && protocols.test(new URL(value).protocol))) continue;
    throw new UserError(
      `The environment variable ${name} is not the address of a proxy. Give one with its scheme, such as http://proxy.example:8080, or unset it.`,
    );
  }
}
