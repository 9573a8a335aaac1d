import { type Ms } from '../../base/clock.ts';
import { durationForm, parseDuration } from '../../base/duration.ts';
import { UserError } from '../../base/user-error.ts';
import { type QueueAddress, queueAddress, type QueueServer } from '../../queue/server.ts';
import { readEnvironment } from '../../target/environment.ts';
import type { Io } from '../io.ts';

/**
 * Address of the queue: from the flag, or from GATEBENCH_QUEUE_URL, which keeps a password out of the list of
 * processes.
 */
export function addressOfQueue(
  { queue, allowHttp }: { queue: string | undefined; allowHttp: boolean },
  io: Io,
): QueueAddress {
  const text = queue || readEnvironment(io.env, io.cwd).GATEBENCH_QUEUE_URL;
  if (!text)
    throw new UserError(
      'there is no address of a queue: give --queue redis://HOST:PORT, or set GATEBENCH_QUEUE_URL.',
    );
  return queueAddress(text, allowHttp);
}

/** What people are told before a queue is used, a sentence each. */
export function warningsOf(
  { address, warnings }: Pick<QueueServer, 'address' | 'warnings'>,
  { queue }: { queue: string | undefined },
): string[] {
  const isVisible = queue && address.url.password !== '';
  const visible =
    'others on this machine can see the password in the list of processes; set GATEBENCH_QUEUE_URL instead of --queue URL';
  return [...(isVisible ? [visible] : []), ...warnings].map((text) => `warning: ${text}`);
}

/** Throws a UserError that names the flag. */
export function timeOf(flag: string, text: string, atLeast: Ms = 0): Ms {
  const ms = parseDuration(text);
  if (ms === undefined) throw new UserError(`${flag} takes ${durationForm}, and not "${text}".`);
  if (ms < atLeast) throw new UserError(`${flag} takes at least ${atLeast}ms.`);
  return ms;
}
