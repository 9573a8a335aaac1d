import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { normal, type Random, seededRandom } from '../../src/base/random.ts';
import { type AnswerLine, readAnswerLines } from '../../src/journal/answers.ts';
import { csvHeader, csvLines } from '../../src/journal/csv-file.ts';
import { readManifest, writeManifest } from '../../src/journal/manifest.ts';
import { requestColumns, type RequestRow } from '../../src/journal/request-columns.ts';
import { readRequests } from '../../src/journal/read-journal.ts';
import { runFiles } from '../../src/journal/run-folder.ts';

/** Number of prompts that each prompt of a small run becomes. */
const copies = 40;
/** Time between the requests of the large run. */
const apartMs = 400;

/** Times of a row that are stretched together. */
const stretched = [
  ...['ttfb_ms', 'first_event_ms', 'ttft_ms', 'ttfat_ms', 'reasoning_ms', 'e2e_latency_ms', 'stream_end_ms'],
  ...['tpot_ms', 'icl_p50_ms', 'icl_p99_ms', 'max_stall_ms'],
] as const satisfies readonly (keyof RequestRow)[];

interface Recorded {
  row: RequestRow;
  line: AnswerLine | undefined;
}

/**
 * A complete run of at least this many rows in the folder `to`, made from the measured rows of a small one: each prompt
 * becomes many, and each row repeats at later times with all its times stretched by one random factor. Returns its
 * number of rows.
 */
export async function enlarge(from: string, to: string, least: number): Promise<number> {
  const manifest = await readManifest(from);
  const recorded = await readRecorded(from);
  const prompts = manifest.suite.prompts.flatMap((prompt) =>
    Array.from({ length: copies }, (_, copy) => ({ ...prompt, id: copyOf(prompt.id, copy) })),
  );
  const { repeat } = manifest.suite.run;
  const rounds = Math.ceil(least / (recorded.length * copies));
  const rows = rounds * recorded.length * copies;
  await mkdir(to, { recursive: true });
  await writeManifest(to, {
    ...manifest,
    suite: { ...manifest.suite, prompts, run: { ...manifest.suite.run, repeat: rounds * repeat } },
    planned_requests: rows,
    ended_at: timeAt(manifest.started_at, rows * apartMs),
  });
  const all = (): Generator<Recorded> => enlarged(recorded, rows, manifest.started_at, repeat);
  await write(join(to, runFiles.requests), rowPieces(all()));
  await write(join(to, runFiles.answers), answerPieces(all()));
  return rows;
}

async function readRecorded(folder: string): Promise<Recorded[]> {
  const lines = new Map<string, AnswerLine>();
  for await (const line of readAnswerLines(folder)) lines.set(line.event_id, line);
  const recorded: Recorded[] = [];
  for await (const row of readRequests(folder))
    if (row.phase === 'measure') recorded.push({ row, line: lines.get(row.event_id) });
  return recorded;
}

const copyOf = (prompt: string, copy: number): string => `${prompt}-${copy + 1}`;

const timeAt = (start: string, ms: number): string => new Date(Date.parse(start) + ms).toISOString();

/** The same rows for every call. */
function* enlarged(
  recorded: readonly Recorded[],
  rows: number,
  start: string,
  repeat: number,
): Generator<Recorded> {
  const random = seededRandom('large');
  for (let index = 0; index < rows; index++) {
    const { row, line } = recorded[index % recorded.length]!;
    const round = Math.floor(index / recorded.length);
    const place = {
      prompt_id: copyOf(row.prompt_id, round % copies),
      repeat: row.repeat + Math.floor(round / copies) * repeat,
      event_id: `large-${index}`,
    };
    yield {
      row: stretch({ ...row, ...place, started_at: timeAt(start, index * apartMs) }, random),
      line: line && { ...line, ...place },
    };
  }
}

function stretch(row: RequestRow, random: Random): RequestRow {
  const factor = Math.exp(0.2 * normal(random));
  for (const name of stretched) if (row[name] !== undefined) row[name] *= factor;
  return row;
}

function* rowPieces(all: Iterable<Recorded>): Generator<string> {
  yield csvHeader(requestColumns);
  for (const { row } of all) yield csvLines(requestColumns, [row]);
}

function* answerPieces(all: Iterable<Recorded>): Generator<string> {
  for (const { line } of all) if (line) yield `${JSON.stringify(line)}\n`;
}

async function write(path: string, pieces: Iterable<string>): Promise<void> {
  await pipeline(Readable.from(pieces), createWriteStream(path));
}
