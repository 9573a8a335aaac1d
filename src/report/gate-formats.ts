import { badge } from './gate/badge.ts';
import type { GateFormat } from './gate/gate-report.ts';
import { json } from './gate/gate-json.ts';
import { junit } from './gate/gate-junit.ts';
import { comment } from './gate/comment.ts';

/** Every file that `gate --github` writes. To add one: write it, add its line. */
export const gateFiles: readonly GateFormat[] = [json, junit, badge, comment];
