import type { Command } from '../command.ts';
import { calibrate } from './calibrate.ts';
import { compare } from './compare.ts';
import { exportRuns } from './export.ts';
import { gate } from './gate.ts';
import { init } from './init.ts';
import { merge } from './merge.ts';
import { plan } from './plan.ts';
import { report } from './report.ts';
import { run } from './run.ts';
import { schema } from './schema.ts';
import { serve } from './serve.ts';
import { trend } from './trend.ts';

/** Every command, in the order of the help. To add one: write its file, add its line. */
export const commands: readonly Command[] = [
  run,
  plan,
  calibrate,
  report,
  compare,
  gate,
  trend,
  merge,
  exportRuns,
  serve,
  init,
  schema,
];
