/** Flags of Node that decide how connections are made, and that each thread has of its own. */
const pattern =
  /^--(?:(?:no-)?use-system-ca|tls-(?:min|max)-v1\.\d|(?:no-)?network-family-autoselection)$|^--(?:dns-result-order|network-family-autoselection-attempt-timeout)(?:=|$)/;
const withValue = new Set(['--dns-result-order', '--network-family-autoselection-attempt-timeout']);

/** The flags of this process that a thread needs to connect in the same way. */
export function networkFlags(flags: readonly string[]): string[] {
  return flags.flatMap((flag, place) => {
    if (!pattern.test(flag)) return [];
    return [withValue.has(flag) ? `${flag}=${flags[place + 1] ?? ''}` : flag];
  });
}
