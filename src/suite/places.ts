import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import type { Alias, Pair, ParsedNode, YAMLMap } from 'yaml';
import type { Path, Source } from './fault.ts';
import { isMergeKey, keyName } from './to-data.ts';

/** Where things stand in the document. A path that has no node of its own gets that of the nearest above it. */
export interface Places {
  readonly source: Source;
  value(path: Path): number;
  key(path: Path): number;
  /** The first `text` within the scalar at `path`; the scalar's start when it is not written there literally. */
  within(path: Path, text: string): number;
}

interface Found {
  value: ParsedNode;
  /** Absent for list items and the document. */
  key?: ParsedNode;
}

type ParsedPair = Pair<ParsedNode, ParsedNode | null>;

export function placesOf(root: ParsedNode, targets: ReadonlyMap<Alias, ParsedNode>, source: Source): Places {
  const target = (node: ParsedNode): ParsedNode => (isAlias(node) ? (targets.get(node) ?? node) : node);

  function child(node: ParsedNode, step: string | number): Found | undefined {
    const inside = target(node);
    if (isMap(inside)) return pairIn(inside, String(step));
    const item = isSeq(inside) ? inside.items[Number(step)] : undefined;
    return item && { value: item };
  }

  function pairIn(map: YAMLMap.Parsed, name: string): Found | undefined {
    const pairs: ParsedPair[] = map.items;
    const pair = pairs.find(({ key }) => !isMergeKey(key) && keyName(key) === name);
    if (pair) return { key: pair.key, value: pair.value ?? pair.key };
    for (const { key, value } of pairs) {
      if (!isMergeKey(key) || !value) continue;
      const inherited = isSeq(value) ? value.items : [value];
      for (const source of inherited) {
        const found = isMap(target(source)) ? child(source, name) : undefined;
        if (found) return found;
      }
    }
    return undefined;
  }

  function find(path: Path): Found {
    let found: Found = { value: root };
    for (const step of path) {
      const next = child(found.value, step);
      if (!next) return { value: found.value };
      found = next;
    }
    return found;
  }

  return {
    source,
    value: (path) => find(path).value.range[0],
    key(path) {
      const { key, value } = find(path);
      return (key ?? value).range[0];
    },
    within(path, text) {
      const node = target(find(path).value);
      const [start, end] = node.range;
      const at = isScalar(node) ? source.text.slice(start, end).indexOf(text) : -1;
      return start + Math.max(at, 0);
    },
  };
}
