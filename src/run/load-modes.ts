import { closedLoop } from './load/closed-loop.ts';
import type { LoadMode } from './load/load-mode.ts';

/** Every load mode. To add one: write its file, add its line. */
export const loadModes: readonly LoadMode[] = [closedLoop];
