import type { Ms } from '../base/clock.ts';

/** Resolves when the promise is settled, or when the time is over, with whether it was settled. Never rejects. */
export async function withinTime(promise: Promise<unknown>, ms: Ms): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), ms)));
  const isSettled = await Promise.race([promise.then(settled, settled), late]);
  clearTimeout(timer);
  return isSettled;
}

const settled = (): boolean => true;
