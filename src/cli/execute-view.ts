import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { exitCode, type ExitCode } from '../base/user-error.ts';
import { startViewer } from '../view/server.ts';
import type { ViewFlags } from './commands/view-command.ts';
import { readTrends } from './gate/execute-trend.ts';
import type { Io } from './io.ts';

/** `gatebench view`: all runs in a browser, until it is stopped. */
export async function executeView(
  { results, history, port, json }: ViewFlags,
  { stdout, signals, clock, program }: Io,
): Promise<ExitCode> {
  const viewer = await startViewer({
    ...{ results, port, program, now: () => clock.wall().getTime() },
    token: randomBytes(16).toString('hex'),
    ...(history === undefined ? {} : { nights: () => readTrends(history) }),
  });
  stdout.write(
    json
      ? `${JSON.stringify({ event: 'listening', url: viewer.url })}\n`
      : `Open ${viewer.url}\nThe viewer shows the runs in ${results}, on this machine only. Ctrl-C ends it.\n`,
  );
  await Promise.race([once(signals, 'SIGINT'), once(signals, 'SIGTERM')]);
  await viewer.close();
  return exitCode.done;
}
