import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../base/user-error.ts';
import type { LoadedModel } from '../gateway/local-ollama.ts';
import type { Suite } from '../suite/suite.ts';
import { readIfThere, runFiles, writeWhole } from './run-folder.ts';

export type RunStatus = 'running' | 'complete' | 'interrupted' | 'budget' | 'incomplete';

/** `run.json`: everything about a run that is not in its rows. No secrets, no account. */
export interface Manifest {
  schema_version: 1;
  run_id: string;
  suite: Suite;
  suite_hash: string;
  /** Of what was asked of whom. Absent in runs of older versions. */
  ask_hash?: string;
  /** File name of the suite, without its folder. */
  suite_file: string;
  seed: number;
  routes: { route: string; host: string }[];
  /** One part of a run: every `count`-th prompt from `index`, 1-based. `suite` is the whole all the same. */
  shard?: { index: number; count: number };
  /** The parts that this run was joined from. */
  merged_from?: { run_id: string; shard: string }[];
  planned_requests: number;
  /** Repeats that the stopping rule has added to those of the suite. Absent without such a rule. */
  added_repeats?: number;
  versions: { gatebench: string; openai: string; undici: string; node: string; node_flags?: string };
  machine: { platform: string; arch: string; cpu: string; cpus: number; memory_gib: number };
  started_at: string;
  ended_at?: string;
  status: RunStatus;
  /** What happened on the way: a model switched off, its concurrency lowered, a budget reached. */
  notes: { at: string; text: string }[];
  /** Share of the time in which the event loop was busy, 0 to 1; above 0.6 the timing is not sound. */
  loop_utilisation?: number;
  /**
   * This machine was too busy to measure: the metrics of which our own lag takes out more than a quarter of a model's
   * answers, with their share. Absent where it was not.
   */
  too_busy?: {
    metrics: { model: string; route: string; metric: string; share: number }[];
    loop_utilisation?: number;
  };
  calibration?: unknown;
  /** A local Ollama and what was in its memory before the first request and after the last. Absent on other routes. */
  local?: { version?: string; before: LoadedModel[]; after?: LoadedModel[] };
}

export function describeMachine(): Manifest['machine'] {
  const processors = cpus();
  return {
    platform: process.platform,
    arch: process.arch,
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cpus: processors.length,
    memory_gib: Math.round(totalmem() / 2 ** 30),
  };
}

export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  await writeWhole(join(folder, runFiles.manifest), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** Throws a UserError when the file is missing, damaged, or of a version that we do not know. */
export async function readManifest(folder: string): Promise<Manifest> {
  const path = join(folder, runFiles.manifest);
  const text = await readIfThere(path);
  if (text === undefined) throw new UserError(`${folder} is not a run: it has no ${runFiles.manifest}.`);
  let manifest: Manifest | null;
  try {
    manifest = JSON.parse(text) as Manifest | null;
  } catch (error) {
    throw new UserError(`${path} is damaged: ${(error as Error).message}`);
  }
  const version: unknown = manifest?.schema_version;
  if (!manifest || version !== 1)
    throw new UserError(
      `${path} has ${version === undefined ? 'no schema version' : `schema version ${JSON.stringify(version)}`}; ` +
        'this gatebench reads version 1.',
    );
  return manifest;
}
