import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rowColumns } from '../../src/journal/request-columns.ts';
import { Journal } from '../../src/journal/journal.ts';
import { runFiles } from '../../src/journal/run-folder.ts';
import type { Case, OpenCase } from './case.ts';
import { sample, type Sample } from './sample-rows.ts';

const batch = 200;

/** Rows one after another: each is in the file before the next begins. */
export const journalRows: Case = {
  name: 'journal, row by row',
  unit: 'row',
  units: batch,
  bareName: 'join and append',
  clock: 'wall',
  open: () =>
    openJournal(
      async (journal, samples) => {
        for (const { row, line } of samples) await journal.append(row, line);
      },
      async (append, samples) => {
        for (const each of samples) await append([each]);
      },
    ),
};

/** Rows that end together and share their writes. */
export const journalBatch: Case = {
  name: 'journal, rows together',
  unit: 'row',
  units: batch,
  bareName: 'join and append',
  clock: 'wall',
  open: () =>
    openJournal(
      async (journal, samples) => {
        await Promise.all(samples.map(({ row, line }) => journal.append(row, line)));
      },
      (append, samples) => append(samples),
    ),
};

type Append = (samples: readonly Sample[]) => Promise<void>;

async function openJournal(
  ours: (journal: Journal, samples: readonly Sample[]) => Promise<void>,
  bare: (append: Append, samples: readonly Sample[]) => Promise<void>,
): Promise<OpenCase> {
  const folder = await mkdtemp(join(tmpdir(), 'gatebench-bench-'));
  const journal = await Journal.open(folder);
  const samples = Array.from({ length: batch }, (_, n) => sample(n, 50));
  const [requests, answers] = (await Promise.all(
    [runFiles.requests, runFiles.answers].map((name) => open(join(folder, name), 'a')),
  )) as [FileHandle, FileHandle];
  // Keeps the files from growing with the duration of the bench.
  const empty = async (): Promise<void> => {
    await requests.truncate();
    await answers.truncate();
  };
  return {
    ours: async () => {
      await ours(journal, samples);
      await empty();
    },
    bare: async () => {
      await bare(joinAndAppend(requests, answers), samples);
      await empty();
    },
    close: async () => {
      await journal.close();
      await requests.close();
      await answers.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** Enough if no cell ever needed quotes. */
function joinAndAppend(requests: FileHandle, answers: FileHandle): Append {
  const names = rowColumns.map(({ name }) => name);
  return async (samples) => {
    const lines = samples.map(({ row }) => names.map((name) => String(row[name] ?? '')).join(','));
    await answers.appendFile(samples.map(({ line }) => `${JSON.stringify(line)}\n`).join(''));
    await requests.appendFile(`${lines.join('\n')}\n`);
  };
}
