import { UserError } from '../base/user-error.ts';

/** What undici can speak to. */
const protocols = /^(?:https?|socks5?):$/;

/** Throws a UserError for a proxy of the environment that is no address. Its value may hold a password: it is not shown. */
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
