import { exitCode, type ExitCode } from '../../base/user-error.ts';
import { diagnosisJson } from '../../diagnose/doctor/doctor-json.ts';
import { renderDiagnosis } from '../../diagnose/doctor/render-doctor.ts';
import { onInterruption } from '../signals.ts';
import { stdoutStyle } from '../terminal.ts';
import type { DoctorFlags } from '../commands/doctor-command.ts';
import type { Io } from '../io.ts';
import { examineSuite } from './examine-suite.ts';
import { doctorProgress } from './doctor-progress.ts';

/** `gatebench doctor`: tests every route, and says what to fix. */
export async function executeDoctor(flags: DoctorFlags, io: Io): Promise<ExitCode> {
  const progress = doctorProgress(io.stderr, flags.quiet || flags.json);
  // Requests in flight are not awaited: an examination can be repeated.
  const interruption = onInterruption(io.signals, () => progress.say('stopping'));
  const say = (text: string): void => {
    // What it skips is not asked.
    if (!interruption.stop.aborted) progress.say(text);
  };
  const diagnosis = await examineSuite(flags, { ...io, say, stop: interruption.stop }).finally(() => {
    progress.stop();
    interruption.end();
  });
  io.stdout.write(
    flags.json
      ? `${JSON.stringify(diagnosisJson(diagnosis), null, 2)}\n`
      : renderDiagnosis(diagnosis, stdoutStyle(flags.color, io)),
  );
  if (interruption.stop.aborted) return exitCode.interrupted;
  return diagnosis.healthy ? exitCode.done : exitCode.usage;
}
