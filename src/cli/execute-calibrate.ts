import { systemClock } from '../base/clock.ts';
import { count } from '../base/text.ts';
import { exitCode, type ExitCode } from '../base/user-error.ts';
import { calibrate } from '../diagnose/calibrate/calibrate.ts';
import { saveCalibration } from '../diagnose/calibrate/calibration-file.ts';
import { renderCalibration } from '../diagnose/calibrate/render-calibration.ts';
import { stdoutStyle } from './terminal.ts';

export interface CalibrateFlags {
  concurrency: number[];
  tokensPerSecond: number;
  tokens: number;
  secondsPerLevel: number;
  save: boolean;
  json: boolean;
  quiet: boolean;
  color: boolean | undefined;
}

/** True time to the first token: short enough to be quick, long enough that the request's own cost is over. */
const ttftMs = 100;

/** `gatebench calibrate`: proves this machine's clock against the built-in truth server. */
export async function executeCalibrate(flags: CalibrateFlags): Promise<ExitCode> {
  const { concurrency, tokensPerSecond, tokens, secondsPerLevel } = flags;
  const say = (text: string): void => {
    if (!flags.quiet) process.stderr.write(`${text}\n`);
  };
  const calibration = await calibrate({
    levels: concurrency,
    shape: { tokensPerSecond, tokens, ttftMs },
    secondsPerLevel,
    clock: systemClock,
    onLevel: (streams) => say(`measuring with ${count(streams, 'stream')} at once …`),
  });
  process.stdout.write(
    flags.json
      ? `${JSON.stringify(calibration, null, 2)}\n`
      : renderCalibration(calibration, stdoutStyle(flags.color)),
  );
  if (flags.save) say(`Saved for later runs on this machine: ${await saveCalibration(calibration)}`);
  return exitCode.done;
}
