import {
  type Alias,
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  Lexer,
  type Pair,
  type ParsedNode,
  Parser,
  type Scalar,
  visit,
  type YAMLMap,
} from 'yaml';
import { yamlAdvice } from './advice.ts';
import { type Fault, lineAt, type Path, placeName, type Source } from './fault.ts';
import { quote } from './nearest.ts';
import type { Json } from './suite.ts';
import { asWritten, type Value } from './written.ts';

export type Parsed =
  | { readonly ok: true; readonly data: Json; readonly places: Places; readonly written: WrittenAt }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** The value at a path, with numbers and booleans as written. */
export type WrittenAt = (path: Path) => Value;

/** YAML text → plain data, and the place of everything in it. Faults here concern the YAML, not the suite. */
export function parse(source: Source): Parsed {
  const { document, faults } = compose(source);
  if (faults.length > 0) return { ok: false, faults };
  const root = document?.contents;
  const { targets, faults: refused } = root ? check(root, source) : nothing;
  if (refused.length > 0) return { ok: false, faults: refused };
  const tree = treeOf(targets);
  const data = root ? valueMaker(tree, ({ value }) => value)(root) : null;
  if (!root || data === null) return { ok: false, faults: [emptyFault(source)] };
  const find = finder(root, tree);
  const written = valueMaker(tree, asItStands);
  return {
    ok: true,
    data: data as Json,
    places: placesOf(find, tree, source),
    written: (path) => written(find(path).value) as Value,
  };
}

const nothing = { targets: new Map<Alias, ParsedNode>(), faults: [] };

function emptyFault(source: Source): Fault {
  return { source, offset: 0, message: 'the suite is empty' };
}

/** Maximum nesting of maps and lists. A real suite has about ten levels. */
const deepest = 100;

/** After this many faults in a file, the rest are not reported. */
const mostErrors = 1000;

interface Composed {
  /** Absent if the text could not be parsed at all. */
  readonly document?: Document.Parsed | undefined;
  readonly faults: readonly Fault[];
}

/**
 * YAML text → the tree of its one document, with the place of every node. Aliases are not followed here. The parser is
 * driven token by token, because nesting must be stopped before anything recursive sees it.
 */
function compose(source: Source): Composed {
  return withoutStackTraces(() => {
    let tooDeepAt: number | undefined;
    let errors = 0;
    function* tokens(): Generator<CST.Token> {
      const parser = new Parser();
      for (const lexeme of new Lexer().lex(source.text)) {
        for (const token of parser.next(lexeme)) {
          if (token.type === 'error' && ++errors > mostErrors) return;
          yield token;
        }
        if (parser.stack.length > deepest) {
          tooDeepAt = parser.offset - lexeme.length;
          return;
        }
      }
      yield* parser.end();
    }

    // Keys are compared by `check`: the library's comparison is quadratic in the size of a map.
    const composer = new Composer<ParsedNode, true>({
      uniqueKeys: false,
      prettyErrors: false,
      resolveKnownTags: false,
    });
    const [document, second] = composer.compose(tokens(), true, source.text.length).take(2);
    if (tooDeepAt !== undefined) {
      const message = `maps and lists are nested more than ${deepest} levels deep`;
      return { faults: [{ source, offset: tooDeepAt, message }] };
    }
    if (!document) return { faults: [emptyFault(source)] };
    const problems = [...document.errors, ...document.warnings];
    const faults: Fault[] = problems.map((problem) => ({
      source,
      offset: Math.min(problem.pos[0], source.text.length),
      message: yamlAdvice(problem.code, lineAt(source, problem.pos[0]), problem.message),
    }));
    if (second)
      faults.push({
        source,
        offset: second.range[0],
        message: 'a suite is one YAML document; this is a second',
      });
    return { document, faults };
  });
}

/** A broken file can hold a fault for every character, and each stack trace costs more than the parsing. */
function withoutStackTraces<T>(work: () => T): T {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return work();
  } finally {
    Error.stackTraceLimit = before;
  }
}

/** Maximum size of a tree with all aliases written out, about one unit a byte. */
const heaviest = 100_000_000;
const nodeWeight = 16;

type ParsedPair = Pair<ParsedNode, ParsedNode | null>;
type Refuse = (node: ParsedNode, message: string) => void;

interface Checked {
  /** The target of every alias. */
  readonly targets: ReadonlyMap<Alias, ParsedNode>;
  readonly faults: readonly Fault[];
}

/**
 * One walk in reading order that finds the targets of aliases and everything that JSON or a strict suite does not
 * allow: duplicate keys, keys that are not texts, infinite or inexact numbers, `__proto__`, and aliases that lead
 * nowhere or blow up.
 */
function check(root: ParsedNode, source: Source): Checked {
  const faults: Fault[] = [];
  const refuse: Refuse = (node, message) => void faults.push({ source, offset: node.range[0], message });
  const anchors = new Map<string, ParsedNode>();
  const targets = new Map<Alias, ParsedNode>();
  const inherited: ParsedNode[] = [];
  /** Unquoted texts that have an anchor. */
  const anchored: Scalar.Parsed[] = [];
  const sizeOf = measurer(targets);

  function follow(alias: Alias.Parsed, above: readonly unknown[]): void {
    const target = anchors.get(alias.source);
    if (!target) refuse(alias, `there is no anchor &${alias.source} above this alias`);
    else if (above.includes(target)) refuse(alias, `*${alias.source} is inside its own anchor`);
    else if (sizeOf(target).depth > deepest) refuse(alias, `aliases nest more than ${deepest} levels deep`);
    else targets.set(alias, target);
  }

  visit(root, (place, node, above) => {
    if (!isNode(node)) return undefined;
    const parsed = node as ParsedNode;
    if (isAlias(parsed)) {
      if (place !== 'key') follow(parsed, above);
      return undefined;
    }
    if (parsed.anchor !== undefined) anchors.set(parsed.anchor, parsed);
    else if (place === 'key') return visit.SKIP;
    if (isMap(parsed)) {
      refuseKeys(parsed, source, refuse);
      inherited.push(...parsed.items.flatMap(mergeSources));
    } else if (isScalar(parsed)) {
      const problem = problemOf(parsed);
      if (problem !== undefined) refuse(parsed, problem);
      else if (parsed.anchor !== undefined && parsed.type === 'PLAIN' && typeof parsed.value === 'string')
        anchored.push(parsed);
    }
    return undefined;
  });

  for (const node of inherited)
    if (!isMap(isAlias(node) ? targets.get(node) : node))
      refuse(node, 'a merge key (<<) takes a map or a list of maps');
  if (sizeOf(root).weight > heaviest) {
    const aliases = [...targets.keys()] as Alias.Parsed[];
    const alias = aliases.reduce((most, one) => (sizeOf(one).weight > sizeOf(most).weight ? one : most));
    refuse(alias, 'written out, the aliases make this suite larger than 100 MB');
  }
  const used = new Set(targets.values());
  for (const node of anchored.filter((one) => !used.has(one)))
    refuse(node, `nothing refers to &${node.anchor!}; if it is part of the text, put the text in quotes`);
  return { targets, faults };
}

interface Size {
  /** Size with all aliases written out. */
  readonly weight: number;
  readonly depth: number;
}

const textLength = (node: Scalar.Parsed | undefined): number =>
  typeof node?.value === 'string' ? node.value.length : 0;

/** Sizes in reading order: the target of an alias is measured before anything that holds the alias. */
function measurer(targets: ReadonlyMap<Alias, ParsedNode>): (node: ParsedNode) => Size {
  const known = new Map<ParsedNode, Size>();
  return function sizeOf(node: ParsedNode): Size {
    const target = isAlias(node) ? targets.get(node) : node;
    if (!target || isScalar(target)) return { weight: nodeWeight + textLength(target), depth: 0 };
    const measured = known.get(target);
    if (measured) return measured;
    const parts = partsOf(target).map(sizeOf);
    const size = {
      weight: parts.reduce((sum, { weight }) => sum + weight, nodeWeight),
      depth: parts.reduce((most, { depth }) => Math.max(most, depth), 0) + 1,
    };
    known.set(target, size);
    return size;
  };
}

function partsOf(node: ParsedNode): ParsedNode[] {
  if (isSeq(node)) return node.items;
  return isMap(node) ? node.items.flatMap(({ key, value }) => (value ? [key, value] : [key])) : [];
}

/** `<<` without quotes. */
function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.value === '<<' && key.type === 'PLAIN';
}

/** The maps that a merge key brings in, nearest first. Empty for other pairs. */
function mergeSources({ key, value }: ParsedPair): ParsedNode[] {
  if (!isMergeKey(key)) return [];
  return isSeq(value) ? value.items : [value ?? key];
}

/** A key as data. Undefined if it cannot be a name. */
function keyName(key: unknown): string | undefined {
  if (!isScalar(key) || key.value === null) return undefined;
  return typeof key.value === 'string' ? key.value : key.source;
}

function refuseKeys(map: YAMLMap.Parsed, source: Source, refuse: Refuse): void {
  const known = new Map<string, ParsedNode>();
  for (const { key, value } of map.items as ParsedPair[]) {
    if (isMergeKey(key)) continue;
    const name = keyName(key);
    const first = name === undefined ? undefined : known.get(name);
    // `{{name}}` without quotes is a map whose key is a map.
    const braces = isMap(key) && key.flow === true && (value === null || isScalar(value));
    if (braces) refuse(key, "text that begins with a brace must be in quotes: '{{name}}'");
    else if (name === undefined) refuse(key, 'a key must be text');
    else if (name === '__proto__') refuse(key, 'the key __proto__ is not allowed');
    else if (!first) known.set(name, key);
    else refuse(key, `duplicate key ${quote(name)}; the first is at ${placeName(source, first.range[0])}`);
  }
}

function problemOf(node: Scalar.Parsed): string | undefined {
  const { value, source } = node;
  if (typeof value === 'string') return cutOff(node);
  if (value === null || typeof value === 'boolean') return undefined;
  if (typeof value !== 'number') return 'this value cannot be written in JSON';
  if (!Number.isFinite(value)) return 'must be a finite number';
  return Number.isInteger(value) && !Number.isSafeInteger(value) && /^[-+]?\d+$/.test(source)
    ? 'too large to be kept to the last digit; put it in quotes if it is a name'
    : undefined;
}

/** What YAML silently removes from an unquoted text. */
function cutOff({ type, comment, tag }: Scalar.Parsed): string | undefined {
  if (tag === '!') return '"!" is not part of the text; put the text in quotes';
  if (type !== 'PLAIN' || comment === undefined || comment === null || /^(?:\s|$)/.test(comment))
    return undefined;
  return 'the text ends here, because " #" begins a comment: put it in quotes';
}

/** A checked document whose aliases and merge keys all resolve. */
interface Tree {
  target(node: ParsedNode): ParsedNode;
  /** The pairs of a map by name: its own, then those from merge keys. */
  pairs(map: YAMLMap.Parsed): ReadonlyMap<string, ParsedPair>;
}

function treeOf(targets: ReadonlyMap<Alias, ParsedNode>): Tree {
  const known = new Map<YAMLMap.Parsed, ReadonlyMap<string, ParsedPair>>();
  const target = (node: ParsedNode): ParsedNode => (isAlias(node) ? targets.get(node)! : node);
  function pairs(map: YAMLMap.Parsed): ReadonlyMap<string, ParsedPair> {
    const made = known.get(map);
    if (made) return made;
    const items: readonly ParsedPair[] = map.items;
    const named = new Map(
      items.filter(({ key }) => !isMergeKey(key)).map((pair) => [keyName(pair.key)!, pair]),
    );
    for (const source of items.flatMap(mergeSources))
      for (const [name, pair] of pairs(target(source) as YAMLMap.Parsed))
        if (!named.has(name)) named.set(name, pair);
    known.set(map, named);
    return named;
  }
  return { target, pairs };
}

/** Makes plain values. A value that several aliases share is made once, and stays shared. */
function valueMaker(tree: Tree, scalar: (node: Scalar.Parsed) => unknown): (node: ParsedNode) => unknown {
  const known = new Map<ParsedNode, unknown>();
  return function make(node): unknown {
    const inside = tree.target(node);
    if (isScalar(inside)) return scalar(inside);
    const made = known.get(inside);
    if (made !== undefined) return made;
    const value = isMap(inside)
      ? Object.fromEntries(
          Array.from(tree.pairs(inside), ([name, pair]) => [name, pair.value ? make(pair.value) : null]),
        )
      : isSeq(inside)
        ? inside.items.map(make)
        : null;
    known.set(inside, value);
    return value;
  };
}

function asItStands({ value, source }: Scalar.Parsed): unknown {
  return typeof value === 'number' || typeof value === 'boolean' ? asWritten(value, source) : value;
}

/** Places in the document. A path without a node of its own gets the nearest one above it. */
export interface Places {
  readonly source: Source;
  value(path: Path): number;
  key(path: Path): number;
  /** The first `text` within the scalar at `path`. The scalar's start if it is not written there literally. */
  within(path: Path, text: string): number;
}

interface Found {
  readonly value: ParsedNode;
  /** Absent for list items and the document. */
  readonly key?: ParsedNode;
}

type Find = (path: Path) => Found;

function finder(root: ParsedNode, tree: Tree): Find {
  function child(node: ParsedNode, step: string | number): Found | undefined {
    const inside = tree.target(node);
    if (isMap(inside)) {
      const pair = tree.pairs(inside).get(String(step));
      return pair && { key: pair.key, value: pair.value ?? pair.key };
    }
    const item = isSeq(inside) ? inside.items[Number(step)] : undefined;
    return item && { value: item };
  }
  return (path) => {
    let found: Found = { value: root };
    for (const step of path) {
      const next = child(found.value, step);
      if (!next) return { value: found.value };
      found = next;
    }
    return found;
  };
}

function placesOf(find: Find, tree: Tree, source: Source): Places {
  return {
    source,
    value: (path) => find(path).value.range[0],
    key(path) {
      const { key, value } = find(path);
      return (key ?? value).range[0];
    },
    within(path, text) {
      const node = tree.target(find(path).value);
      const [start, end] = node.range;
      const at = isScalar(node) ? source.text.slice(start, end).indexOf(text) : -1;
      return start + Math.max(at, 0);
    },
  };
}
