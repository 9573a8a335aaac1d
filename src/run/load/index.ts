import { closedLoop } from './closed-loop.ts';
import type { LoadMode } from './load-mode.ts';

/** Every load mode. To add one: write its file, add its line. */
export const loadModes: readonly LoadMode[] = [closedLoop];
