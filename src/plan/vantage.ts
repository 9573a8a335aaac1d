import { UserError } from '../base/user-error.ts';

/**
 * They appear in names, keys, files, and file names of a CI, so only characters with no special meaning there are
 * allowed.
 */
export const vantagePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/;
export const labelPattern = /^[A-Za-z][A-Za-z0-9._-]{0,39}$/;
/** Labels share one cell, separated by semicolons, and come from one flag, separated by commas. */
export const labelValuePattern = /^[^\p{C}\p{Z},;](?:[^\p{C}\u2028\u2029,;]{0,98}[^\p{C}\p{Z},;])?$/u;
const mostLabels = 20;

/** The name of the place that sends a run: `fra`. Throws a UserError that says what a name may contain. */
export function vantageNamed(text: string): string {
  if (vantagePattern.test(text)) return text;
  throw new UserError(
    `--vantage ${JSON.stringify(text.slice(0, 60))}: a vantage is a short name such as fra or eu-west-1: ` +
      'at most 40 letters, digits, dots, dashes, and underscores, the first of them a letter or a digit.',
  );
}

/** The name of a worker, which is part of keys and of queue names. Throws a UserError that says what it may contain. */
export function workerNamed(text: string): string {
  if (labelPattern.test(text)) return text;
  throw new UserError(
    `--name ${JSON.stringify(text.slice(0, 60))}: a worker has a short name such as fra-1: ` +
      'at most 40 letters, digits, dots, dashes, and underscores, the first of them a letter.',
  );
}

/** `key=value`, each key once. Throws a UserError that names the entry and says what it may contain. */
export function labelsOf(entries: readonly string[]): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const entry of entries) {
    const at = entry.indexOf('=');
    const [key, value] = [entry.slice(0, Math.max(0, at)), entry.slice(at + 1)];
    const where = `--label ${JSON.stringify(entry.slice(0, 60))}`;
    if (!labelPattern.test(key) || !labelValuePattern.test(value))
      throw new UserError(
        `${where}: a label is key=value, such as isp=telekom. The key has at most 40 letters, digits, dots, dashes, ` +
          'and underscores and begins with a letter; the value has 1 to 100 characters without commas, semicolons, and line breaks.',
      );
    if (Object.hasOwn(labels, key)) throw new UserError(`${where}: the label ${key} is given twice.`);
    labels[key] = value;
  }
  if (entries.length > mostLabels) throw new UserError(`--label: more than ${mostLabels} labels.`);
  return labels;
}

/** In the form of the rows: `key=value`, by key. Undefined if there are none. */
export function labelWords(labels: Readonly<Record<string, string>> = {}): string[] | undefined {
  const words = Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`);
  return words.length === 0 ? undefined : words;
}
