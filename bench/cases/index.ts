import type { Case } from './case.ts';
import { journalBatch, journalRows } from './journal.ts';
import { keptLong, keptShort } from './kept-request.ts';
import { shortRequest } from './short-request.ts';
import { streamedChunk } from './streamed-chunk.ts';
import { suiteLoad } from './suite-load.ts';
import { summary } from './summary.ts';

/** Every case of `npm run bench`, in the order of its table. To add one: write its file, add its line. */
export const cases: readonly Case[] = [
  shortRequest,
  streamedChunk,
  keptShort,
  keptLong,
  journalRows,
  journalBatch,
  suiteLoad,
  summary,
];
