import { z } from 'zod';
import { UserError } from '../base/user-error.ts';
import type { LoadMode } from './load-mode.ts';
import { closedLoop } from './modes/closed-loop.ts';
import { limit } from './modes/limit.ts';
import { openLoop } from './modes/open-loop.ts';

/** Every load mode that a suite may name. The first is the default. To add one: write its file, add its line. */
export const loadModes: readonly [LoadMode, ...LoadMode[]] = [closedLoop, openLoop, limit];

/** The mode and its fields, as a suite gives them. */
export interface LoadSettings {
  mode: string;
  [field: string]: unknown;
}

const schemaOf = ({ name, summary, fields }: LoadMode) =>
  z.strictObject({ mode: z.literal(name).describe(summary), ...fields });

/** The suite's `load:` section: one mode with its own fields, and nothing else. */
export const loadSchema = z
  .discriminatedUnion('mode', [schemaOf(loadModes[0]), ...loadModes.slice(1).map(schemaOf)])
  .describe(`when each request is sent; ${loadModes[0].name} where it is absent`);

/** The mode that a suite names, or the default. Throws a UserError if this version does not know it. */
export function loadModeOf(load: LoadSettings = { mode: loadModes[0].name }): LoadMode {
  const mode = loadModes.find(({ name }) => name === load.mode);
  if (!mode) throw new UserError(`this version has no load mode "${load.mode}"`);
  return mode;
}
