import type { Case } from './case.ts';
import { journalBatch, journalRows } from './journal.ts';
import { shortRequest } from './short-request.ts';
import { streamedChunk } from './streamed-chunk.ts';
import { suiteLoad } from './suite-load.ts';
import { summary } from './summary.ts';

/** Every case of `npm run bench`, in the order of its table. To add one: write its file, add its line. */
export const cases: readonly Case[] = [
  shortRequest,
  streamedChunk,
  journalRows,
  journalBatch,
  suiteLoad,
  summary,
];
