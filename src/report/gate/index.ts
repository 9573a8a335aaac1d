import { badge } from './badge.ts';
import type { GateFormat } from './gate-report.ts';
import { json } from './json.ts';
import { junit } from './junit.ts';
import { comment } from './comment.ts';

/** Every file that `gate --github` writes. To add one: write it, add its line. */
export const gateFiles: readonly GateFormat[] = [json, junit, badge, comment];
