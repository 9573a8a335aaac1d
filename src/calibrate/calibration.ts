import type { Manifest } from '../journal/manifest.ts';
import type { LevelFigures } from './level-figures.ts';

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
