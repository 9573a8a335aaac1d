/**
 * A profile in V8's format: a tree of calls, and which of them ran at each sample. Times in µs of the machine's clock.
 */
export interface CpuProfile {
  nodes: readonly ProfileNode[];
  startTime: number;
  endTime: number;
  samples: readonly number[];
  /** Time since the previous sample. The first: since the start. */
  timeDeltas: readonly number[];
}

interface ProfileNode {
  id: number;
  callFrame: { functionName: string; url: string; lineNumber: number };
  children?: readonly number[];
}

/** A span between two instants, in µs of the machine's clock. */
export interface Span {
  from: number;
  to: number;
}

/** A turn of the loop for which a timer had to wait. */
export interface Late {
  /** When it ended. */
  atUs: number;
  ms: number;
}

/** A call and its callees. All times in µs. */
export interface Call {
  name: string;
  /** Its place: `src/wire/replay.ts:83`, `node:net`, the name of a package. */
  place: string;
  selfUs: number;
  totalUs: number;
  calls: Call[];
}

/** Total time of a function over all its callers. */
export interface Cost {
  name: string;
  place: string;
  selfUs: number;
}

/**
 * The profile in a file. For threads, Node 24 writes the instants in 32 bits and some names without escapes. `near` is
 * an instant within the same hours.
 */
export function readProfile(text: string, near: number): CpuProfile {
  const whole = text.replaceAll(/\\(?:(["\\/bfnrt]|u[0-9a-fA-F]{4})|)/g, (escape, known?: string) =>
    known === undefined ? '\\\\' : escape,
  );
  const profile = JSON.parse(whole) as CpuProfile;
  const missing = Math.round((near - profile.startTime) / 2 ** 32) * 2 ** 32;
  return { ...profile, startTime: profile.startTime + missing, endTime: profile.endTime + missing };
}

/** V8's name for idle time. */
const resting = '(idle)';

/** The tree of calls, with the samples within a span. */
export function callsWithin(profile: CpuProfile, { from, to }: Span): Call {
  const selfUs = new Map<number, number>();
  let at = profile.startTime;
  profile.samples.forEach((node, index) => {
    const delta = profile.timeDeltas[index]!;
    at += delta;
    if (at > from && at <= to) selfUs.set(node, (selfUs.get(node) ?? 0) + delta);
  });
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const callOf = (node: ProfileNode): Call => {
    const calls = (node.children ?? [])
      .map((id) => callOf(nodes.get(id)!))
      .filter(({ name, totalUs }) => totalUs > 0 && name !== resting);
    const own = selfUs.get(node.id) ?? 0;
    const { functionName, url, lineNumber } = node.callFrame;
    return {
      name: functionName === '' ? '(anonymous)' : functionName,
      place: placeOf(url, lineNumber + 1),
      selfUs: own,
      totalUs: calls.reduce((sum, { totalUs }) => sum + totalUs, own),
      calls,
    };
  };
  return callOf(profile.nodes[0]!);
}

function placeOf(url: string, line: number): string {
  const ours = /\/((?:src|dist)\/[^?]+)$/.exec(url)?.[1];
  if (ours !== undefined) return `${ours}:${line}`;
  return /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1] ?? (url === '' ? 'V8' : url);
}

/** Every function, the most expensive first. */
export function costsOf(root: Call): Cost[] {
  const costs = new Map<string, Cost>();
  const walk = ({ name, place, selfUs, calls }: Call): void => {
    const key = `${name} ${place}`;
    const cost = costs.get(key) ?? { name, place, selfUs: 0 };
    cost.selfUs += selfUs;
    costs.set(key, cost);
    calls.forEach(walk);
  };
  walk(root);
  return [...costs.values()].filter(({ selfUs }) => selfUs > 0).sort((a, b) => b.selfUs - a.selfUs);
}

/** As above by room of the source, package or module of Node. */
export function costsByRoom(costs: readonly Cost[]): Cost[] {
  const rooms = Map.groupBy(costs, ({ name, place }) => roomOf(name, place));
  return [...rooms]
    .map(([room, some]) => ({
      name: room,
      place: '',
      selfUs: some.reduce((sum, { selfUs }) => sum + selfUs, 0),
    }))
    .sort((a, b) => b.selfUs - a.selfUs);
}

function roomOf(name: string, place: string): string {
  const room = /^(?:src|dist)\/[^/:]+/.exec(place)?.[0];
  if (room !== undefined) return room;
  if (place === 'V8') return name.startsWith('(') ? name : 'built-in functions';
  return place;
}
