import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { UserError } from '../base/user-error.ts';
import { assertVisible } from './visible.ts';

/** Facts about a variable. */
interface VariableFacts {
  /** One line for people. */
  about: string;
  /** Its value is removed from everything written or shown, unless this is false. */
  secret?: boolean;
  /** The secret parts of its value. Empty: none. Absent: all of it. */
  secretPart?: (value: string) => string;
}

/** Everything that is read from the environment except the proxy variables and `NO_COLOR`. */
export const variables = {
  CF_ACCOUNT_ID: { about: 'Cloudflare account id (dashboard, right-hand column)' },
  CF_GATEWAY_ID: { about: 'name of the AI Gateway', secret: false },
  CF_AIG_TOKEN: { about: 'token with the permission "AI Gateway Run"' },
  CF_AIG_BYOK_ALIAS: {
    about: 'alias of the stored provider key to use, if not the default one',
    secret: false,
  },
  OLLAMA_API_KEY: { about: 'Ollama key: for the direct route, or through the gateway with --provider-key' },
  CLOUDFLARE_API_TOKEN: {
    about: 'Cloudflare API token that may read AI Gateway, for reconcile and doctor',
  },
  GATEBENCH_QUEUE_URL: {
    about: 'address of the queue, with its password, for run --queue and worker',
    secretPart: passwordIn,
  },
  GATEBENCH_WEBHOOK_URL: {
    about: 'where gatebench gate --notify-on posts its message',
    secretPart: behindHost,
  },
  OTEL_EXPORTER_OTLP_HEADERS: { about: 'headers for run --otlp-endpoint: name=value,name=value' },
} as const satisfies Record<string, VariableFacts>;

export type Variable = keyof typeof variables;

/** Values of our variables. An empty value counts as absent. */
export type Environment = Partial<Record<Variable, string>>;

/**
 * Reads the process's environment and, with lower priority, `.env` or the file that `GATEBENCH_ENV_FILE` names. The
 * file is read, never written. In CI a `.env` may come with a stranger's branch and choose the key that pays, so it is
 * read only if it is named.
 */
export function readEnvironment(env: NodeJS.ProcessEnv, folder = '.'): Environment {
  const named = env['GATEBENCH_ENV_FILE']?.trim();
  const fromFile = named || !isCi(env) ? readEnvFile(resolve(folder, named || '.env'), Boolean(named)) : {};
  const found: Environment = {};
  for (const name of Object.keys(variables) as Variable[]) {
    const value = (env[name] ?? fromFile[name])?.trim();
    if (value) found[name] = value;
  }
  return found;
}

/**
 * Values that must never be shown, each with a name to replace it. `shown`: variables that their owner has asked to
 * see.
 */
export function secretsOf(environment: Environment, shown: readonly Variable[] = []): Map<string, string> {
  const secrets = new Map<string, string>();
  for (const [name, facts] of Object.entries(variables) as [Variable, VariableFacts][]) {
    const value = environment[name];
    if (value === undefined || facts.secret === false || shown.includes(name)) continue;
    const secret = facts.secretPart?.(value) ?? value;
    if (secret !== '') secrets.set(secret, name);
  }
  return secrets;
}

/** For an address whose host and port appear in messages. */
function passwordIn(value: string): string {
  return URL.canParse(value) ? new URL(value).password : value;
}

/**
 * Path and query of an address, because the rest is in other addresses too. The whole value if it is not an address, or
 * holds a password.
 */
function behindHost(value: string): string {
  if (!URL.canParse(value)) return value;
  const { host, pathname, search, username, password } = new URL(value);
  if (host === '' || username !== '' || password !== '') return value;
  return pathname === '/' ? search : pathname + search;
}

/** As CI services set it. Azure, Jenkins, TeamCity and AWS have their own variables. */
export function isCi(env: NodeJS.ProcessEnv): boolean {
  const set = [
    env['CI'],
    env['TF_BUILD'],
    env['JENKINS_URL'],
    env['TEAMCITY_VERSION'],
    env['CODEBUILD_BUILD_ID'],
  ];
  return set.some((value = '') => !['', '0', 'false'].includes(value.trim().toLowerCase()));
}

function readEnvFile(path: string, mustExist: boolean): Record<string, string | undefined> {
  try {
    return parseEnv(readFileSync(path, 'utf8'));
  } catch (error) {
    if (!mustExist && (error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new UserError(`${path} cannot be read: ${(error as Error).message}`);
  }
}

/** Variables that a route needs but that are not set. */
export class MissingVariables extends UserError {
  readonly variables: readonly Variable[];

  constructor(message: string, missing: readonly Variable[]) {
    super(message);
    this.variables = missing;
  }
}

/**
 * The values of the named variables. All missing ones are reported at once. `otherwise` names an alternative: a run has
 * the demo. Throws `MissingVariables`.
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
        `Set them in the environment or in a .env file in this folder (see .env.example; in CI, name it in GATEBENCH_ENV_FILE), ${otherwise}`,
      missing,
    );
  }
  for (const name of names) assertVisible(name, environment[name]!);
  return Object.fromEntries(names.map((name) => [name, environment[name]])) as Record<Name, string>;
}
