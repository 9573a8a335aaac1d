import { isSimulatedRoute } from '../target/routes.ts';
import { readdirSync, readFileSync } from 'node:fs';
import { count } from '../base/text.ts';
import { UserError } from '../base/user-error.ts';

/** How many files this process may open, and how many it has open. */
export interface Descriptors {
  /** RLIMIT_NOFILE, which Node has raised to the hard limit. */
  limit: number;
  open: number;
}

/** Files that a run opens besides its connections: journal, manifest, page, look-ups, the checker's thread. */
const reserve = 20;
/** Open files if the system does not report them: what Node has open after its start. */
const usuallyOpen = 30;
/** Small enough for every shell that is not restricted on purpose. */
const suggestedLimit = 4096;

/** Undefined if the system has no such limit. */
export function readDescriptors(): Descriptors | undefined {
  const limit = limitOfLinux() ?? limitInReport();
  return Number.isFinite(limit) ? { limit, open: countOpen() } : undefined;
}

/** Undefined on other systems. NaN: unlimited. */
function limitOfLinux(): number | undefined {
  try {
    const [, soft] = /^Max open files +(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    return undefined;
  }
}

/** Takes some milliseconds, in which nothing else runs. */
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

/** Needs of a run. */
export interface Wanted {
  /** Maximum requests in flight, from the load mode. */
  inFlight: number;
  /** Of each route. Each host has its own connections, used or idle. */
  routes: readonly { route: string; host: string }[];
}

/** Fewer requests in flight than a run wants. */
export interface Lowered {
  most: number;
  /** A sentence that explains it and says what to do. */
  note: string;
}

/**
 * Undefined if the limit allows what a run needs. Throws a UserError if not even one request is possible. `descriptors`
 * is undefined if there is no limit.
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
