/** More levels than any honest value has. What V8 itself can write depends on its version and on the stack. */
const deepest = 1000;

/** A value as JSON. Undefined if it is nested too deeply to be written. */
export function json(value: unknown): string | undefined {
  return isTooDeep(value) ? undefined : JSON.stringify(value);
}

/** JSON of a value from outside. If it is nested too deeply to write, the text says so instead of throwing. */
export function jsonText(value: unknown): string {
  return isTooDeep(value) ? '(nested too deeply to be shown)' : JSON.stringify(value);
}

/** The value of a JSON text. Undefined if it is not JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Level by level, because the stack ends sooner than such a value. */
function isTooDeep(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > deepest) return true;
    level = level.flatMap((one): unknown[] =>
      typeof one === 'object' && one !== null ? Object.values(one) : [],
    );
  }
  return false;
}
