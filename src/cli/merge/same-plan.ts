import { isSimulatedRoute } from '../../target/routes.ts';
import { oneLine } from '../../base/text.ts';
import { UserError } from '../../base/user-error.ts';
import type { Manifest } from '../../journal/manifest.ts';
import { shardPrompts } from '../../plan/shard.ts';
import { sameJson } from '../../suite/hash.ts';
import type { Suite } from '../../suite/suite.ts';

/** A folder with one part of a run: a shard of its prompts, or the requests from one place. */
export interface Part {
  folder: string;
  manifest: Manifest;
}

type Common = readonly [what: string, of: (manifest: Manifest) => unknown];

/** What all parts must share, with its name for messages. */
const common: readonly Common[] = [
  [
    'routes',
    ({ routes }) =>
      routes.map(({ route, host }) => (isSimulatedRoute(route) ? route : `${route} ${host}`)).join(),
  ],
  ['run.repeat', ({ suite }) => suite.run.repeat],
  ['run.order', ({ suite }) => suite.run.order],
];

/** What the shards of one plan must share in addition: each place drew its own order. */
const ofOnePlan: readonly Common[] = [
  ['seed', ({ seed }) => seed],
  ['number of shards', ({ shard }) => shard?.count ?? 1],
];

/** Without named places, the run has one place without a name. */
const placesOf = ({ vantages }: Manifest): readonly (string | undefined)[] => vantages ?? [undefined];

/**
 * Throws a UserError if the folders are not different parts of one run: shards of one plan, plans of one suite from
 * different places, or shards of such plans.
 */
export function assertSamePlan(parts: readonly Part[]): void {
  const [first, ...others] = parts;
  for (const other of others) {
    assertSameSuite(first!, other);
    assertCommon(first!, other, common, 'parts of one run');
  }
  const unnamed = parts.find(({ manifest }) => manifest.vantages === undefined);
  const named = parts.find(({ manifest }) => manifest.vantages !== undefined);
  if (unnamed && named)
    throw new UserError(
      `${named.folder} was sent from ${placesOf(named.manifest).join(' and ')}, and ${unnamed.folder} does not say from where: every part needs run --vantage NAME, or none.`,
    );
  const owners = new Map<string, Part>();
  for (const part of parts)
    for (const place of placesOf(part.manifest)) {
      const sibling = parts.find(({ manifest }) => placesOf(manifest).includes(place))!;
      assertCommon(sibling, part, ofOnePlan, 'shards of one plan');
      for (const { id } of shardPrompts(part.manifest.suite.prompts, part.manifest.shard)) {
        const key = JSON.stringify([place, id]);
        const owner = owners.get(key);
        if (owner !== undefined)
          throw new UserError(
            `${owner.folder} and ${part.folder} both contain the prompt "${oneLine(id, 60)}"${place === undefined ? '' : ` from ${place}`}: name each part only once.`,
          );
        owners.set(key, part);
      }
    }
}

function assertCommon(one: Part, other: Part, all: readonly Common[], relation: string): void {
  for (const [what, of] of all) {
    const [a, b] = [of(one.manifest), of(other.manifest)];
    if (a === b) continue;
    const isUnnamed = all === ofOnePlan && one.manifest.vantages === undefined;
    throw new UserError(
      `${one.folder} and ${other.folder} are not ${relation}: their ${what} differ (${String(a)}, ${String(b)}).` +
        (isUnnamed ? ' Runs from several places are joined when each was sent with run --vantage NAME.' : ''),
    );
  }
}

function assertSameSuite(one: Part, other: Part): void {
  if (one.manifest.suite_hash === other.manifest.suite_hash) return;
  const found = suiteDifferences(one.manifest.suite, other.manifest.suite);
  throw new UserError(
    `${one.folder} and ${other.folder} are not parts of one run: their suite differ in ${found.join('; ')}.`,
  );
}

/** Maximum number of ids named. More are counted. */
const mostNamed = 3;

/** Differences of two suites, a few words each: `models: kimi`, `prompts: a, b, c, and 4 more`. */
function suiteDifferences(one: Suite, other: Suite): string[] {
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])] as (keyof Suite)[];
  const differing = names.filter(
    (name) => !['run', 'thresholds', 'gate', 'load'].includes(name) && !sameJson(one[name], other[name]),
  );
  if (differing.length === 0) return ['only their hash'];
  return differing.map((name) => {
    const [a, b] = [one[name], other[name]];
    if (name !== 'models' && name !== 'prompts') return name;
    const byId = (list: unknown): Map<string, unknown> =>
      new Map((list as { id: string }[]).map((entry) => [entry.id, entry]));
    const [left, right] = [byId(a), byId(b)];
    const ids = [...new Set([...left.keys(), ...right.keys()])].filter(
      (id) => !sameJson(left.get(id), right.get(id)),
    );
    if (ids.length === 0) return `the order of ${name}`;
    const rest = ids.length - mostNamed;
    const shown = ids.slice(0, mostNamed).map((id) => oneLine(id, 60));
    return `${name}: ${[...shown, ...(rest > 0 ? [`and ${rest} more`] : [])].join(', ')}`;
  });
}

/** The missing shards of the plan, per place: `2/3`, `2/3 from fra`. */
export function missingShards(parts: readonly Part[]): string[] {
  const places = new Set(parts.flatMap(({ manifest }) => placesOf(manifest)));
  return [...places].flatMap((place) => {
    const ours = parts.filter(({ manifest }) => placesOf(manifest).includes(place));
    const whole = ours[0]!.manifest.shard?.count ?? 1;
    const there = new Set(ours.map(({ manifest }) => manifest.shard?.index ?? 1));
    return Array.from({ length: whole }, (_, at) => at + 1)
      .filter((index) => !there.has(index))
      .map((index) => `${index}/${whole}${place === undefined ? '' : ` from ${place}`}`);
  });
}

export function shardName({ shard }: Manifest): string {
  return shard ? `${shard.index}/${shard.count}` : '1/1';
}

/** Display name of a part: `shard 2/3`, `fra`, `fra, shard 2/3`. */
export function partName(manifest: Manifest): string {
  const shard = `shard ${shardName(manifest)}`;
  const places = manifest.vantages?.join(' and ');
  if (places === undefined) return shard;
  return manifest.shard ? `${places}, ${shard}` : places;
}
