import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { makeFolder } from '../../base/make-folder.ts';
import { version } from '../../base/version.ts';
import type { Calibration } from '../../journal/calibration.ts';
import { describeMachine } from '../../journal/manifest.ts';
import { writeWhole } from '../../journal/run-folder.ts';

/** State folder of this user's programs: XDG's place, or its default. */
export function stateFolder(env: NodeJS.ProcessEnv): string {
  const state = env['XDG_STATE_HOME'];
  return join(state !== undefined && state !== '' ? state : join(homedir(), '.local', 'state'), 'gatebench');
}

/** A calibration is valid only for the machine, the Node and the gatebench that it was made with. */
export function calibrationFile(folder: string): string {
  const key = JSON.stringify([describeMachine(), process.versions.node, version()]);
  return join(folder, `calibration-${createHash('sha256').update(key).digest('hex').slice(0, 12)}.json`);
}

/** Replaces an earlier one. Resolves to the file. */
export async function saveCalibration(calibration: Calibration, folder: string): Promise<string> {
  const file = calibrationFile(folder);
  await makeFolder(dirname(file));
  await writeWhole(file, `${JSON.stringify(calibration, null, 2)}\n`);
  return file;
}

/** The calibration for this machine, Node and gatebench. Undefined if there is none, or it is unreadable. */
export function loadCalibration(folder: string): Calibration | undefined {
  try {
    const calibration = JSON.parse(readFileSync(calibrationFile(folder), 'utf8')) as Calibration;
    const version: unknown = calibration.schema_version;
    return version === 1 ? calibration : undefined;
  } catch {
    return undefined;
  }
}
