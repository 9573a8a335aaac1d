/** JSON of a value from outside. If it is nested too deeply to write, the text says so instead of throwing. */
export function jsonText(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return '(nested too deeply to be shown)';
  }
}
