import { exitCode, type ExitCode } from '../../base/user-error.ts';
import { diagnosisJson } from '../../diagnose/doctor/doctor-json.ts';
import { renderDiagnosis } from '../../diagnose/doctor/render-doctor.ts';
import { onInterruption } from '../signals.ts';
import { stdoutStyle } from '../terminal.ts';
import { examineSuite, type ExamineFlags } from './examine-suite.ts';
import { doctorProgress } from './doctor-progress.ts';

export interface DoctorFlags extends ExamineFlags {
  json: boolean;
  quiet: boolean;
  color: boolean | undefined;
}

/** As without any flag: every route whose credentials are there. */
export const doctorDefaults: DoctorFlags = {
  suite: undefined,
  route: undefined,
  baseUrl: [],
  allowHttp: false,
  providerKey: false,
  models: undefined,
  tryBearer: false,
  apiUrl: undefined,
  json: false,
  quiet: false,
  color: undefined,
};

/** `gatebench doctor`: tries every way, and says what to mend. */
export async function executeDoctor(flags: DoctorFlags): Promise<ExitCode> {
  const progress = doctorProgress(process.stderr, flags.quiet || flags.json);
  // Nothing in flight is waited for: an examination can be had again.
  const interruption = onInterruption(() => progress.say('stopping'));
  const say = (text: string): void => {
    // What is passed over then is not asked.
    if (!interruption.stop.aborted) progress.say(text);
  };
  const diagnosis = await examineSuite(flags, { say, stop: interruption.stop }).finally(() => {
    progress.stop();
    interruption.end();
  });
  process.stdout.write(
    flags.json
      ? `${JSON.stringify(diagnosisJson(diagnosis), null, 2)}\n`
      : renderDiagnosis(diagnosis, stdoutStyle(flags.color)),
  );
  if (interruption.stop.aborted) return exitCode.interrupted;
  return diagnosis.healthy ? exitCode.done : exitCode.usage;
}
