import type { Failure } from '../measure/exchange.ts';
import { longestText } from './byte-budget.ts';

/** An answer longer than the limit: `chars` of text, or its bytes. */
export function tooLarge(chars: number, mostBytes: number): Failure {
  return {
    status: 'error',
    family: 'stream',
    code: 'body_too_large',
    message:
      chars > longestText
        ? `the text passed the limit of ${longestText.toLocaleString('en-US')} characters`
        : `the body passed the limit of ${inMegabytes(mostBytes)}`,
  };
}

/** All answers in flight together held more than `limit` bytes, and this was the largest. */
export function cutForAll(limit: number): Failure {
  return {
    status: 'error',
    family: 'stream',
    code: 'body_too_large',
    message: `the answers in flight passed ${inMegabytes(limit)} together, and this was the longest: set max_tokens, or lower run.concurrency`,
  };
}

function inMegabytes(bytes: number): string {
  return `${Math.round((bytes / 1024 / 1024) * 10) / 10} MiB`;
}
