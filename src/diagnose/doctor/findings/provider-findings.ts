import { findRoute } from '../../../target/routes.ts';
import type { BasePath, Facts, ProviderFacts, RouteFacts } from '../doctor-facts.ts';
import type { RefusalKind, Refused, Said } from '../finding.ts';
import { notFound } from './not-found.ts';

const fitting = 'https://ollama.com';

/** The gateway accepted the credentials, but refused the model's provider or its form. */
const isAboutProvider = ({ failure }: Refused): boolean =>
  failure.family === 'gateway' && ['2008', '2019'].includes(failure.code);

/** A path that the provider does not have, as opposed to a model that it does not have. */
const isWrongPath = (refused: Refused): boolean =>
  notFound(refused) === 'path' && refused.route.throughGateway && refused.route.cloudflare;

const entryOf = (
  facts: Facts,
  slug: string,
): { slug: string; baseUrl: string; enabled: boolean } | undefined =>
  facts.account.providers?.find((each) => each.slug === slug);

/** The end of the base URL: from the API, or shown by its list of models. */
function baseUrlEnd({ slug, basePath }: ProviderFacts, facts: Facts): BasePath | undefined {
  const registered = entryOf(facts, slug)?.baseUrl.replace(/\/+$/, '');
  if (registered === undefined) return basePath;
  return registered.endsWith('/api') ? '/api' : registered.endsWith('/v1') ? '/v1' : '';
}

/** The custom provider: whether it exists, under which name, and where it points. */
export const provider: readonly RefusalKind[] = [
  {
    id: 'slug-doubled',
    mark: 'wrong',
    ofRoute: true,
    explain: (refused) => {
      const { slug, knownAs } = refused.provider;
      return isAboutProvider(refused) && knownAs === `custom-${slug}`
        ? {
            says: `the provider's slug was typed as "custom-${slug}"`,
            means: `Callers add custom- in front of the slug, so the gateway knows it as custom-custom-${slug}.`,
            fix: `Change the custom provider's slug to "${slug}", or write custom-custom-${slug}/<model> in the suite.`,
          }
        : undefined;
    },
  },
  {
    id: 'model-doubled',
    mark: 'wrong',
    ofRoute: true,
    explain: (refused) => {
      const { slug, knownAs } = refused.provider;
      return isAboutProvider(refused) && knownAs !== undefined && slug === `custom-${knownAs}`
        ? {
            says: 'the models have the prefix custom- twice',
            means: `The gateway knows the provider as custom-${knownAs}, not as custom-${slug}.`,
            fix: `Write custom-${knownAs}/<model> in the suite.`,
          }
        : undefined;
    },
  },
  {
    id: 'provider-disabled',
    mark: 'wrong',
    ofRoute: true,
    explain: (refused) => {
      const { slug } = refused.provider;
      return isAboutProvider(refused) && entryOf(refused.facts, slug)?.enabled === false
        ? {
            says: `the custom provider "${slug}" is disabled`,
            means: 'New custom providers are disabled until you enable them.',
            fix: 'Enable it under AI Gateway → Custom Providers.',
          }
        : undefined;
    },
  },
  {
    id: 'provider-missing',
    mark: 'wrong',
    ofRoute: true,
    explain: (refused) => {
      const { slug } = refused.provider;
      const { providers } = refused.facts.account;
      if (!isAboutProvider(refused) || !providers || entryOf(refused.facts, slug)) return undefined;
      const known = providers.map((each) => each.slug).join(', ');
      return {
        says: `the account has no custom provider "${slug}"`,
        means: known === '' ? 'It has none at all.' : `It has: ${known}.`,
        fix: `Create one with slug "${slug}" and base URL ${fitting}, and enable it; or name another in the suite.`,
      };
    },
  },
  {
    id: 'provider-unknown',
    mark: 'wrong',
    ofRoute: true,
    explain: (refused) => {
      const { slug, failure } = refused.provider;
      return isAboutProvider(refused) && failure?.family === 'gateway'
        ? {
            says: `the gateway knows no provider custom-${slug} (${refused.failure.code})`,
            means: `No custom provider has the slug "${slug}", or it is disabled, as new ones are.`,
            fix: `Create it (slug "${slug}", base URL ${fitting}) and enable it. With CLOUDFLARE_API_TOKEN set, doctor can tell which of the two it is.`,
          }
        : undefined;
    },
  },
  {
    id: 'model-format',
    mark: 'wrong',
    ofRoute: true,
    explain: (refused) =>
      isAboutProvider(refused) && findRoute(refused.route.route)?.isUnified
        ? {
            says: `the gateway cannot read the model "${refused.probe.wireModel}" (400/${refused.failure.code})`,
            means: 'On /compat a model is written with its provider: custom-<slug>/<model>.',
            fix: `Write custom-${refused.provider.slug}/<model>, or use --route provider, which sends the bare name.`,
          }
        : undefined,
  },
  {
    id: 'base-url',
    mark: 'wrong',
    ofRoute: true,
    explain: (refused) => {
      const end = baseUrlEnd(refused.provider, refused.facts);
      if (!isWrongPath(refused) || !end) return undefined;
      return {
        says: `the provider's base URL ends in ${end} (404)`,
        means:
          end === '/api'
            ? "That is Ollama's native API. The path of the OpenAI-compatible one does not exist below it."
            : 'The added path also begins with /v1, so the request goes to /v1/v1/….',
        fix: `Set the custom provider's base URL to ${fitting}.`,
      };
    },
  },
  {
    id: 'path-missing',
    mark: 'wrong',
    ofRoute: true,
    explain(refused) {
      if (notFound(refused) !== 'path') return undefined;
      return refused.route.throughGateway && refused.route.cloudflare
        ? wrongGatewayPath(refused.route.url)
        : wrongPath(refused.route);
    },
  },
];

const says = 'nothing responds at this path (404)';

/** Only --base-url can cause this: our own addresses end like this. */
function wrongGatewayPath(url: string): Said {
  return /\/(?:compat|custom-[^/]+\/v1)$/.test(url)
    ? {
        says,
        means: "The custom provider's base URL points somewhere else.",
        fix: `Set the custom provider's base URL to ${fitting}.`,
      }
    : {
        says,
        means: "The address is incomplete: a gateway's address ends in /compat or /custom-<slug>/v1.",
        fix: 'Correct --base-url: …/v1/<account>/<gateway>/compat, or for the route provider …/custom-<slug>/v1.',
      };
}

/** Endings that people forget in a base URL, or add to it. */
function wrongPath({ url, route }: RouteFacts): Said {
  const whole = /\/+(?:chat\/)?completions\/*$/;
  if (whole.test(url))
    return {
      says,
      means: 'The address ends in /chat/completions, and gatebench adds that again.',
      fix: `Leave it off: --base-url ${url.replace(whole, '')}`,
    };
  if (/\/api$/.test(url) && findRoute(route)?.nativeApi)
    return {
      says,
      means: "It has no /api/chat. That is Ollama's native API, which other servers do not have.",
      fix: 'Leave out gateway.local.api to use /v1, or correct --base-url.',
    };
  if (!/\/v\d+[a-z]*$/.test(url))
    return {
      says,
      means:
        'The address has no chat/completions. OpenAI-compatible addresses end in /v1, and this one does not.',
      fix: `Correct --base-url: perhaps ${url.replace(/(\/v1)?\/(models|chat)?\/*$/, '')}/v1`,
    };
  return {
    says,
    means: 'The address is not OpenAI-compatible: it has no chat/completions.',
    fix: 'Correct --base-url. It should end in /v1, as https://ollama.com/v1 does.',
  };
}
