import type { Ms } from './clock.ts';

const units: Readonly<Record<string, Ms>> = { ms: 1, s: 1000, min: 60_000, m: 60_000, h: 3_600_000 };

/** Duration syntax, for messages. */
export const durationForm = 'a number with its unit, such as 500ms, 20s, 2m or 1h';

/** Milliseconds of `500ms`, `20s`, `2m`, `1h`. Undefined for anything else: a bare 20 may mean any of them. */
export function parseDuration(text: string): Ms | undefined {
  const [, number, unit] = /^\s*(\d+(?:\.\d+)?|\.\d+)\s*(ms|s|min|m|h)\s*$/.exec(text) ?? [];
  return number === undefined ? undefined : Number(number) * units[unit!]!;
}
