import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { seededRandom } from '../../src/base/random.ts';
import { requestColumns, type RequestRow } from '../../src/journal/request-columns.ts';
import { csvHeader, csvLines } from '../../src/journal/csv-file.ts';
import { readManifest, writeManifest } from '../../src/journal/manifest.ts';
import { readRequests } from '../../src/journal/read-journal.ts';
import { runFiles } from '../../src/journal/run-folder.ts';
import { models, perRepeat, prompts } from './long-run.ts';
import { watched, type Ended } from './watched.ts';

/** Real rows to draw from. */
const drawnFrom = 5000;
const batch = 1000;

export interface BigReport extends Ended {
  rows: number;
  /** Size of `requests.csv`. */
  fileMib: number;
}

/** `gatebench report` in a fresh process, on this many rows drawn from those of a real run. */
export async function bigReport(run: string, rows: number, folder: string): Promise<BigReport> {
  await writeBigRun(run, rows, folder);
  const { size } = await stat(join(folder, runFiles.requests));
  const ended = await watched(['report', folder, '--format', 'table'], folder).ended;
  return { ...ended, rows, fileMib: size / 2 ** 20 };
}

async function writeBigRun(run: string, rows: number, folder: string): Promise<void> {
  const known: RequestRow[] = [];
  for await (const row of readRequests(run)) if (known.push(row) === drawnFrom) break;
  const repeat = Math.ceil(rows / perRepeat);
  const manifest = await readManifest(run);
  manifest.suite.run.repeat = repeat;
  manifest.planned_requests = repeat * perRepeat;
  await mkdir(folder, { recursive: true });
  await writeManifest(folder, manifest);
  const file = createWriteStream(join(folder, runFiles.requests));
  file.write(csvHeader(requestColumns));
  const random = seededRandom('scale');
  for (let from = 0; from < rows; from += batch) {
    const lines = Array.from({ length: Math.min(batch, rows - from) }, (_, n) =>
      placed(known[Math.floor(random() * known.length)]!, from + n),
    );
    if (!file.write(csvLines(requestColumns, lines))) await once(file, 'drain');
  }
  file.end();
  await once(file, 'close');
}

/** Measured values stay; only its place in the design is new. */
function placed(row: RequestRow, n: number): RequestRow {
  const model = models[n % models.length]!;
  const block = Math.floor(n / models.length);
  return {
    ...row,
    model,
    model_id: `sim-${model}`,
    prompt_id: `p${block % prompts}`,
    repeat: 1 + Math.floor(block / prompts),
    block: block + 1,
    position: 1 + (n % models.length),
    event_id: `event-${n}`,
  };
}
