import { count } from '../base/text.ts';
import { exitCode, type ExitCode } from '../base/user-error.ts';
import { calibrate } from '../diagnose/calibrate/calibrate.ts';
import { saveCalibration, stateFolder } from '../diagnose/calibrate/calibration-file.ts';
import { renderCalibration } from '../diagnose/calibrate/render-calibration.ts';
import type { CalibrateFlags } from './commands/calibrate-command.ts';
import type { Io } from './io.ts';
import { stdoutStyle } from './terminal.ts';
import { wireOf } from './wire-of.ts';

/** True time to the first token: short enough to be quick, long enough that the cost of the request is over. */
const ttftMs = 100;

/** `gatebench calibrate`: proves this machine's clock against the built-in truth server. */
export async function executeCalibrate(flags: CalibrateFlags, io: Io): Promise<ExitCode> {
  const { concurrency, tokensPerSecond, tokens, seconds } = flags;
  const say = (text: string): void => {
    if (!flags.quiet) io.stderr.write(`${text}\n`);
  };
  const calibration = await calibrate({
    levels: concurrency,
    shape: { tokensPerSecond, tokens, ttftMs },
    secondsPerLevel: seconds,
    clock: io.clock,
    openWire: wireOf(io),
    onLevel: (streams) => say(`measuring with ${count(streams, 'stream')} at once …`),
  });
  io.stdout.write(
    flags.json
      ? `${JSON.stringify(calibration, null, 2)}\n`
      : renderCalibration(calibration, stdoutStyle(flags.color, io)),
  );
  if (flags.save)
    say(`Saved for later runs on this machine: ${await saveCalibration(calibration, stateFolder(io.env))}`);
  return exitCode.done;
}
