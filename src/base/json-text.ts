/** JSON of a value from outside. One that is nested too deeply to be written is shown as such instead of thrown. */
export function jsonText(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return '(nested too deeply to be shown)';
  }
}
