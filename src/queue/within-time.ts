import type { Ms } from '../base/clock.ts';

/** Resolves when the promise is settled, or when the time is over. Never rejects. */
export async function withinTime(promise: Promise<unknown>, ms: Ms): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([promise.then(noop, noop), late]);
  clearTimeout(timer);
}

const noop = (): void => undefined;
