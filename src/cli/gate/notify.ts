import { gateMessage } from '../../report/gate/gate-message.ts';
import type { GateReport } from '../../report/gate/gate-report.ts';
import { readEnvironment } from '../../target/environment.ts';
import { assertSafeUrl } from '../../target/safe-url.ts';
import type { GateFlags } from '../commands/gate-command.ts';
import type { Io } from '../io.ts';
import { jobUrl } from './github-job.ts';

const patienceMs = 10_000;
const variable = 'GATEBENCH_WEBHOOK_URL';

/**
 * Posts the night to the webhook if its verdict was selected. Returns a warning if that failed: a lost message never
 * changes the decision about a night.
 */
export async function notify(
  report: GateReport,
  { notifyOn = [], dryRun }: Pick<GateFlags, 'notifyOn' | 'dryRun'>,
  io: Pick<Io, 'env' | 'cwd' | 'clock'>,
): Promise<string | undefined> {
  if (notifyOn.length === 0) return undefined;
  const address = readEnvironment(io.env, io.cwd)[variable];
  if (address === undefined) return `No message can be sent: ${variable} is not set.`;
  if (!isSafe(address))
    return `No message can be sent: ${variable} must be an https address; plain http is only for this machine.`;
  if (!notifyOn.includes(report.verdict.replace(' ', '-'))) return undefined;
  if (dryRun) return 'No message was sent (--dry-run).';
  const [{ createDispatcher }, { postJson }] = await Promise.all([
    import('../../wire/connections.ts'),
    import('../../wire/post-json.ts'),
  ]);
  const options = { clock: io.clock, deadlineMs: patienceMs };
  try {
    const dispatcher = createDispatcher({ connectTimeoutMs: patienceMs }, io.env);
    const message = gateMessage(report, jobUrl(io.env));
    const wrong = await postJson(address, message, { ...options, dispatcher }).finally(() =>
      dispatcher.destroy(),
    );
    return wrong === undefined ? undefined : `The message to ${variable} was rejected: ${wrong}`;
  } catch (error) {
    // An unusable proxy.
    return `The message to ${variable} was not sent: ${(error as Error).message}`;
  }
}

function isSafe(address: string): boolean {
  try {
    assertSafeUrl(address);
    return true;
  } catch {
    return false;
  }
}
