import type { Ms } from '../base/clock.ts';

/** Resolves when the promise is settled, the time is over, or `stop` is aborted, with whether it was settled. Never rejects. */
export async function withinTime(promise: Promise<unknown>, ms: Ms, stop?: AbortSignal): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  let late: () => void;
  const isLate = new Promise<boolean>((resolve) => {
    late = () => resolve(false);
    timer = setTimeout(late, ms);
    if (stop?.aborted) late();
    stop?.addEventListener('abort', late, { once: true });
  });
  const isSettled = await Promise.race([promise.then(settled, settled), isLate]);
  clearTimeout(timer);
  stop?.removeEventListener('abort', late!);
  return isSettled;
}

const settled = (): boolean => true;
