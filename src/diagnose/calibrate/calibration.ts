import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Ms } from '../../base/clock.ts';
import { count } from '../../base/text.ts';
import { version } from '../../base/version.ts';
import { describeMachine, type Manifest } from '../../journal/manifest.ts';
import { writeWhole } from '../../journal/run-folder.ts';
import { boundShareOf, type LevelFigures } from './level-figures.ts';

/** What a calibration found: as it is printed by `--json`, kept by `--save`, and carried by `run.json`. */
export interface Calibration {
  schema_version: 1;
  /** ISO 8601, UTC. */
  measured_at: string;
  machine: Manifest['machine'];
  versions: { gatebench: string; node: string };
  tokens_per_second: number;
  /** Chunks with text in each stream. */
  tokens: number;
  /** Ascending by streams. */
  levels: LevelFigures[];
  /** What may be said of this machine, in one sentence. */
  sentence: string;
}

/** A TTFT error beyond this is not worth a promise: models answer within some hundred milliseconds. */
export const promisedMs: Ms = 5;
/** A busier event loop than this leaves its timing unsound. */
export const soundUtilisation = 0.6;
/** Share of rows in which the bound must have held. */
export const boundShare = 0.99;

/** Why a level cannot be promised; undefined when it can. */
export function reasonAgainst(level: LevelFigures): string | undefined {
  const { bound, failed, loop_utilisation: utilisation } = level;
  const error = ttftError(level);
  if (failed > 0) return `${count(failed, 'stream')} failed`;
  if (error.ms > promisedMs) return `it was off by ${shown(error.ms)} ms (${error.which})`;
  if (utilisation > soundUtilisation)
    return `its event loop was busy for ${percent(utilisation)} of the time`;
  const held = boundShareOf(bound);
  if (held !== undefined && held < boundShare)
    return `its own bound held for only ${percent(held)} of the rows`;
  return undefined;
}

/**
 * One sentence on what this machine can time: the highest level up to which every level measured is sound, with
 * the worst error of those levels. It never speaks of a level that was not measured.
 */
export function sentenceOf(levels: readonly LevelFigures[], tokensPerSecond: number): string {
  const firstUnsound = levels.findIndex((level) => reasonAgainst(level) !== undefined);
  const sound = firstUnsound === -1 ? levels : levels.slice(0, firstUnsound);
  const unsound = levels[sound.length];
  const speed = `of ${tokensPerSecond} tok/s`;
  const limit = unsound && `${count(unsound.streams, 'stream')} ${reasonAgainst(unsound)!}`;
  const top = sound.at(-1);
  if (!top)
    return limit === undefined
      ? 'Nothing was measured.'
      : `This machine cannot be relied on for timing: with ${limit}.`;
  const worst = sound.map(ttftError).reduce((a, b) => (b.ms > a.ms ? b : a));
  const promise = `Up to ${count(top.streams, 'stream')} ${speed} this machine reads TTFT within ${shown(worst.ms)} ms (${worst.which})`;
  return limit === undefined ? `${promise}.` : `${promise}; with ${limit}.`;
}

/**
 * Whether the clock is proven for so many requests in flight: every level up to the first that has as many was
 * sound. A calibration without such a level proves nothing for them.
 */
export function isProvenAt(levels: readonly LevelFigures[], concurrency: number): boolean {
  const last = levels.findIndex(({ streams }) => streams >= concurrency);
  return last !== -1 && levels.slice(0, last + 1).every((level) => reasonAgainst(level) === undefined);
}

interface TtftError {
  ms: Ms;
  which: string;
}

/**
 * 99th percentile. Too few streams to have one may have been lucky: then the largest of them, or the 99th percentile
 * of all their chunks, which are stamped alike, whichever is worse.
 */
function ttftError({ ttft_error_ms: ttft, arrival_error_ms: arrival }: LevelFigures): TtftError {
  if (ttft.p99 !== undefined) return { ms: ttft.p99, which: 'p99' };
  if (arrival.p99 !== undefined && arrival.p99 > ttft.max)
    return { ms: arrival.p99, which: 'p99 of all chunks' };
  return { ms: ttft.max, which: `largest of ${ttft.n}` };
}

/** Rounded up, so that the promise is not smaller than the figure. */
const shown = (ms: Ms): string => (Math.ceil(ms * 10) / 10).toFixed(1);

const percent = (share: number): string => `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;

/** Where this user's programs keep what they know: XDG's place, or its default. */
export function stateFolder(env: NodeJS.ProcessEnv = process.env): string {
  const state = env['XDG_STATE_HOME'];
  return join(state !== undefined && state !== '' ? state : join(homedir(), '.local', 'state'), 'gatebench');
}

/** A calibration holds for the machine, the Node and the gatebench that it was made with, and for no other. */
export function calibrationFile(folder: string = stateFolder()): string {
  const key = JSON.stringify([describeMachine(), process.versions.node, version()]);
  return join(folder, `calibration-${createHash('sha256').update(key).digest('hex').slice(0, 12)}.json`);
}

/** Keeps it in place of an earlier one; resolves to the file. */
export async function saveCalibration(calibration: Calibration, folder?: string): Promise<string> {
  const file = calibrationFile(folder);
  await mkdir(dirname(file), { recursive: true });
  await writeWhole(file, `${JSON.stringify(calibration, null, 2)}\n`);
  return file;
}

/** The calibration kept for this machine, Node and gatebench. Undefined when there is none that can be read. */
export function loadCalibration(folder?: string): Calibration | undefined {
  try {
    const calibration = JSON.parse(readFileSync(calibrationFile(folder), 'utf8')) as Calibration;
    const version: unknown = calibration.schema_version;
    return version === 1 ? calibration : undefined;
  } catch {
    return undefined;
  }
}
