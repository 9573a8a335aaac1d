import { isSimulatedRoute } from '../target/routes.ts';
import { readdirSync, readFileSync } from 'node:fs';
import { count } from '../base/text.ts';
import { UserError } from '../base/user-error.ts';

/** What this process may open, and what it has open. */
export interface Descriptors {
  /** RLIMIT_NOFILE, which Node has raised to the hard limit. */
  limit: number;
  open: number;
}

/** Files that a run opens beside its connections: journal, manifest, page, look-ups, the checker's thread. */
const reserve = 20;
/** Open when the system does not show what is: what Node holds after its start. */
const usuallyOpen = 30;
/** Small enough for every shell that is not restricted on purpose. */
const suggestedLimit = 4096;

/** Undefined where the system knows no such limit. */
export function readDescriptors(): Descriptors | undefined {
  const limit = limitOfLinux() ?? limitInReport();
  return Number.isFinite(limit) ? { limit, open: countOpen() } : undefined;
}

/** Undefined elsewhere. NaN: unlimited. */
function limitOfLinux(): number | undefined {
  try {
    const [, soft] = /^Max open files +(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    return undefined;
  }
}

/** Takes some milliseconds, in which nothing else is done. */
function limitInReport(): number {
  // Node's types do not know the setting yet.
  const report = process.report as typeof process.report & { excludeNetwork: boolean };
  const before = report.excludeNetwork;
  // Looking up the names of all interfaces takes seconds on some machines.
  report.excludeNetwork = true;
  const { userLimits } = report.getReport() as { userLimits?: { open_files?: { soft?: unknown } } };
  report.excludeNetwork = before;
  return Number(userLimits?.open_files?.soft ?? NaN);
}

function countOpen(): number {
  try {
    return readdirSync('/dev/fd').length;
  } catch {
    return usuallyOpen;
  }
}

/** What a run asks for. */
export interface Wanted {
  /** Most requests in flight, as the load mode expects. */
  inFlight: number;
  /** Of each route; a host keeps connections of its own, used or idle. */
  routes: readonly { route: string; host: string }[];
}

/** Fewer requests in flight than a run asks for. */
export interface Lowered {
  most: number;
  /** A sentence that says so, and what to do. */
  note: string;
}

/**
 * Undefined where the limit allows what a run asks for. Throws a UserError when not a single request is possible.
 * `descriptors` is undefined where nothing is limited.
 */
export function withinDescriptors(
  { inFlight, routes }: Wanted,
  descriptors: Descriptors | undefined,
): Lowered | undefined {
  if (descriptors === undefined) return undefined;
  const { limit, open } = descriptors;
  // The built-in gateway runs in this process and holds the other end of each connection.
  const ends = new Map(routes.map(({ route, host }) => [host, isSimulatedRoute(route) ? 2 : 1]));
  const perRequest = [...ends.values()].reduce((sum, one) => sum + one, 0);
  const most = Math.floor((limit - open - reserve) / perRequest);
  if (most >= inFlight) return undefined;
  const needed = open + reserve + Math.ceil(inFlight) * perRequest;
  const raise = `raise it with ulimit -n ${Math.max(needed, suggestedLimit)}`;
  if (most < 1)
    throw new UserError(
      `this process may open ${count(limit, 'file')} at a time, and one request in flight needs ${open + reserve + perRequest}: ${raise}.`,
    );
  return {
    most,
    note: `this process may open ${count(limit, 'file')} at a time, so at most ${most} instead of ${count(Math.ceil(inFlight), 'request')} are in flight: ${raise}`,
  };
}
