/** Replaces every secret in a text. */
export type Redact = (text: string) => string;

/** Shorter ones would blank out ordinary words. */
const shortestSecret = 6;

/**
 * Takes secrets (tokens, the account id) out of text that came from outside, because a server may echo the
 * request's headers in its error body. Longest first, so that one secret inside another leaves no rest.
 */
export function redactor(secrets: ReadonlyMap<string, string>): Redact {
  const known = [...secrets]
    .filter(([secret]) => secret.length >= shortestSecret)
    .sort(([a], [b]) => b.length - a.length);
  return (text) => {
    let clean = text;
    for (const [secret, name] of known) {
      if (clean.includes(secret)) clean = clean.replaceAll(secret, () => `[${name}]`);
    }
    return clean;
  };
}
