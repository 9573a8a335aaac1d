import { Journal } from '../journal.ts';
import { numbered } from './rows.ts';

/** Appends rows to the journal of a folder forever, and reports the number of each when it is in the file. */
const journal = await Journal.open(process.argv[2]!);

async function appendEvery(tenth: number): Promise<never> {
  for (let n = tenth; ; n += 10) {
    const { row, line } = numbered(n);
    await journal.append(row, line);
    process.stdout.write(`${n}\n`);
  }
}

await Promise.all(Array.from({ length: 10 }, (_, tenth) => appendEvery(tenth)));
