import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { UserError } from '../base/user-error.ts';
import { assertVisible } from './visible.ts';

/** What there is to say of a variable. */
interface VariableFacts {
  /** One line for people. */
  about: string;
  /** Its value is taken out of all that is written or shown, unless this is false. */
  secret?: boolean;
}

/** Everything that is read from the environment beside the proxy variables and `NO_COLOR`. */
export const variables = {
  CF_ACCOUNT_ID: { about: 'Cloudflare account id (dashboard, right-hand column)' },
  CF_GATEWAY_ID: { about: 'name of the AI Gateway', secret: false },
  CF_AIG_TOKEN: { about: 'token with the permission "AI Gateway Run"' },
  CF_AIG_BYOK_ALIAS: { about: 'which stored provider key to use, if not the default one', secret: false },
  OLLAMA_API_KEY: { about: 'Ollama key: for the direct route, or through the gateway with --provider-key' },
  CLOUDFLARE_API_TOKEN: {
    about: 'Cloudflare API token that may read AI Gateway, for reconcile and doctor',
  },
} as const satisfies Record<string, VariableFacts>;

export type Variable = keyof typeof variables;

/** Values of our variables. An empty value counts as absent. */
export type Environment = Partial<Record<Variable, string>>;

/** Reads the process's environment, and `.env` below it. The file is read, never written. */
export function readEnvironment(env: NodeJS.ProcessEnv, envFile = '.env'): Environment {
  let fromFile: Record<string, string | undefined> = {};
  try {
    fromFile = parseEnv(readFileSync(envFile, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      throw new UserError(`${envFile} cannot be read: ${(error as Error).message}`);
  }
  const found: Environment = {};
  for (const name of Object.keys(variables) as Variable[]) {
    const value = (env[name] ?? fromFile[name])?.trim();
    if (value) found[name] = value;
  }
  return found;
}

/** What must never be shown, and the name that stands for it. */
export function secretsOf(environment: Environment): Map<string, string> {
  const secrets = new Map<string, string>();
  for (const [name, facts] of Object.entries(variables) as [Variable, VariableFacts][]) {
    const value = environment[name];
    if (value !== undefined && facts.secret !== false) secrets.set(value, name);
  }
  return secrets;
}

/** Variables that a route needs and that are not set. */
export class MissingVariables extends UserError {
  readonly variables: readonly Variable[];

  constructor(message: string, missing: readonly Variable[]) {
    super(message);
    this.variables = missing;
  }
}

/**
 * The values of the named variables; all that are missing are named at once. `otherwise` says what else would do: a
 * run has the demo. Throws `MissingVariables`.
 */
export function requireVariables<Name extends Variable>(
  environment: Environment,
  names: readonly Name[],
  why: string,
  otherwise = 'or try the built-in simulated gateway with --route demo.',
): Record<Name, string> {
  const missing = names.filter((name) => environment[name] === undefined);
  if (missing.length > 0) {
    const list = missing.map((name) => `  ${name.padEnd(20)} ${variables[name].about}`).join('\n');
    throw new MissingVariables(
      `${why} needs ${missing.length === 1 ? 'a variable that is' : 'variables that are'} not set:\n${list}\n` +
        `Set them in the environment or in a file .env in this folder (see .env.example), ${otherwise}`,
      missing,
    );
  }
  for (const name of names) assertVisible(name, environment[name]!);
  return Object.fromEntries(names.map((name) => [name, environment[name]])) as Record<Name, string>;
}
