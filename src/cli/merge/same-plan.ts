import { isSimulatedRoute } from '../../target/routes.ts';
import { UserError } from '../../base/user-error.ts';
import type { Manifest } from '../../journal/manifest.ts';
import { shardPrompts } from '../../plan/shard.ts';

/** A folder with one shard of a run. */
export interface Part {
  folder: string;
  manifest: Manifest;
}

/** What all shards of one plan have in common, and how it is called. */
const common: readonly [what: string, of: (manifest: Manifest) => unknown][] = [
  ['suite', ({ suite_hash }) => suite_hash],
  ['seed', ({ seed }) => seed],
  ['number of shards', ({ shard }) => shard?.count ?? 1],
  [
    'routes',
    ({ routes }) =>
      routes.map(({ route, host }) => (isSimulatedRoute(route) ? route : `${route} ${host}`)).join(),
  ],
  ['run.repeat', ({ suite }) => suite.run.repeat],
  ['run.order', ({ suite }) => suite.run.order],
];

/** Throws a UserError when the folders are not different shards of one plan. */
export function assertSamePlan(parts: readonly Part[]): void {
  const [first, ...others] = parts;
  for (const other of others)
    for (const [what, of] of common) {
      const [a, b] = [of(first!.manifest), of(other.manifest)];
      if (a !== b)
        throw new UserError(
          `${first!.folder} and ${other.folder} are not shards of one plan: their ${what} differ (${String(a)}, ${String(b)}).`,
        );
    }
  const owners = new Map<string, string>();
  for (const { folder, manifest } of parts)
    for (const { id } of shardPrompts(manifest.suite.prompts, manifest.shard)) {
      const owner = owners.get(id);
      if (owner !== undefined)
        throw new UserError(
          `${owner} and ${folder} both contain the prompt "${id}": name each shard only once.`,
        );
      owners.set(id, folder);
    }
}

/** The shards of the plan that no folder holds: `2/3`. */
export function missingShards(parts: readonly Part[]): string[] {
  const count = parts[0]?.manifest.shard?.count ?? 1;
  const there = new Set(parts.map(({ manifest }) => manifest.shard?.index ?? 1));
  return Array.from({ length: count }, (_, place) => place + 1)
    .filter((index) => !there.has(index))
    .map((index) => `${index}/${count}`);
}

export function shardName({ shard }: Manifest): string {
  return shard ? `${shard.index}/${shard.count}` : '1/1';
}
