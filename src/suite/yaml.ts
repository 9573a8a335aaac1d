import {
  type Alias,
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  type Pair,
  type ParsedNode,
  Parser,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { yamlAdvice } from './advice.ts';
import { type Fault, lineAt, type Path, placeName, type Source } from './fault.ts';
import { quote } from './nearest.ts';
import type { Json } from './suite.ts';
import { spellsItself, type Texts } from './written.ts';

export type Parsed =
  | { readonly ok: true; readonly data: Json; readonly places: Places; readonly texts: Texts }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** YAML text → plain data, and the place of everything in it. Faults here are of the YAML, not of the suite. */
export function parse(source: Source): Parsed {
  const { document, faults } = compose(source);
  if (faults.length > 0) return { ok: false, faults };
  const empty = { ok: false, faults: [{ source, offset: 0, message: 'the suite is empty' }] } as const;
  const root = document?.contents;
  if (!root) return empty;
  const { data, targets, texts, faults: refused } = toData(root, source);
  if (refused.length > 0) return { ok: false, faults: refused };
  if (data === null) return empty;
  return { ok: true, data, places: placesOf(root, targets, source), texts };
}

/** Levels of maps and lists within each other; a real suite has about ten. */
export const deepest = 100;

/** A file with more than this has been told enough. */
const mostErrors = 1000;

export interface Composed {
  /** Absent when nothing could be made of the text. */
  readonly document?: Document.Parsed | undefined;
  readonly faults: readonly Fault[];
}

/**
 * YAML text → the tree of its one document, with the place of every node. Aliases are not followed here.
 * The parser is driven token by token, because nesting must be stopped before anything recursive sees it.
 */
export function compose(source: Source): Composed {
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

    // Keys are compared by our own walk: the library's comparison is quadratic in the size of a map.
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
    if (!document) return { faults: [{ source, offset: 0, message: 'the suite is empty' }] };
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

/** A broken file can hold a fault for every character, and the stack of each costs more than its parsing. */
function withoutStackTraces<T>(work: () => T): T {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return work();
  } finally {
    Error.stackTraceLimit = before;
  }
}

/** What a tree with aliases may grow to when they are all written out, about one unit a byte. */
const heaviest = 100_000_000;
const nodeWeight = 16;

export interface Converted {
  readonly data: Json;
  /** Where every alias leads. */
  readonly targets: ReadonlyMap<Alias, ParsedNode>;
  /** How numbers and truth values were written. */
  readonly texts: Texts;
  readonly faults: readonly Fault[];
}

interface Measured {
  data: Json;
  /** Size with all aliases written out. */
  weight: number;
  depth: number;
  /** How a scalar was written, where it does not spell itself. */
  text?: string;
}

interface Context {
  source: Source;
  anchors: Map<string, ParsedNode>;
  targets: Map<Alias, ParsedNode>;
  done: Map<ParsedNode, Measured>;
  texts: WeakMap<object, Map<string, string>>;
  /** Texts without quotes that have an anchor. */
  anchored: Scalar.Parsed[];
  faults: Fault[];
}

/**
 * The tree as plain JSON values: aliases followed (values are shared, not copied), merge keys merged, and all
 * that JSON or a strict suite can't take named as a fault: duplicate keys, keys that are not texts, infinite or
 * inexact numbers, `__proto__`, aliases that lead nowhere or blow up. Own walk, because the library's finds the
 * target of each alias by a search through the document, and refuses a hundred honest uses of one anchor.
 */
export function toData(root: ParsedNode, source: Source): Converted {
  const context: Context = {
    source,
    anchors: new Map(),
    targets: new Map(),
    done: new Map(),
    texts: new WeakMap(),
    anchored: [],
    faults: [],
  };
  const { data, weight } = convert(root, context);
  const { targets, texts, faults } = context;
  if (weight > heaviest) faults.push(tooHeavy(context));
  const used = new Set(targets.values());
  for (const node of context.anchored.filter((one) => !used.has(one))) {
    const message = `nothing refers to &${node.anchor!}; if it is part of the text, put the text in quotes`;
    refuse(node, message, context);
  }
  return { data, targets, texts, faults };
}

/** `<<` without quotes. */
export function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.value === '<<' && key.type === 'PLAIN';
}

/** A key as data has it. Undefined for one that can't be a name. */
export function keyName(key: unknown): string | undefined {
  if (!isScalar(key) || key.value === null) return undefined;
  return typeof key.value === 'string' ? key.value : key.source;
}

function convert(node: ParsedNode, context: Context): Measured {
  if (isAlias(node)) return follow(node, context);
  if (node.anchor !== undefined) context.anchors.set(node.anchor, node);
  const measured = isMap(node)
    ? convertMap(node, context)
    : isSeq(node)
      ? convertSeq(node, context)
      : convertScalar(node, context);
  if (node.anchor !== undefined) context.done.set(node, measured);
  return measured;
}

function follow(alias: Alias.Parsed, context: Context): Measured {
  const target = context.anchors.get(alias.source);
  if (!target) return refuse(alias, `there is no anchor &${alias.source} above this alias`, context);
  const measured = context.done.get(target);
  if (!measured) return refuse(alias, `*${alias.source} is inside its own anchor`, context);
  if (measured.depth > deepest)
    return refuse(alias, `aliases nest more than ${deepest} levels deep`, context);
  context.targets.set(alias, target);
  return measured;
}

/** What YAML takes out of a text that stands without quotes, unseen. */
function cutOff({ type, comment, tag }: Scalar.Parsed): string | undefined {
  if (tag === '!') return '"!" is not part of the text; put the text in quotes';
  if (type !== 'PLAIN' || comment === undefined || comment === null || /^(?:\s|$)/.test(comment))
    return undefined;
  return 'the text ends here, because " #" begins a comment: put it in quotes';
}

function convertScalar(node: Scalar.Parsed, context: Context): Measured {
  const { value } = node;
  const problem = typeof value === 'string' ? cutOff(node) : undefined;
  if (problem !== undefined) return refuse(node, problem, context);
  if (node.anchor !== undefined && node.type === 'PLAIN' && typeof value === 'string')
    context.anchored.push(node);
  if (typeof value === 'string') return { data: value, weight: nodeWeight + value.length, depth: 0 };
  if (value === null) return { data: value, weight: nodeWeight, depth: 0 };
  if (typeof value === 'boolean') return scalar(value, node);
  if (typeof value !== 'number') return refuse(node, 'this value cannot be written in JSON', context);
  if (!Number.isFinite(value)) return refuse(node, 'must be a finite number', context);
  if (Number.isInteger(value) && !Number.isSafeInteger(value) && /^[-+]?\d+$/.test(node.source)) {
    return refuse(node, 'too large to be kept to the last digit; put it in quotes if it is a name', context);
  }
  return scalar(value, node);
}

function scalar(data: number | boolean, { source }: Scalar.Parsed): Measured {
  const measured = { data, weight: nodeWeight, depth: 0 };
  return spellsItself(data, source) ? measured : { ...measured, text: source };
}

function convertSeq(node: YAMLSeq.Parsed, context: Context): Measured {
  const items = node.items.map((item) => convert(item, context));
  const data = items.map((item) => item.data);
  items.forEach(({ text }, index) => noteText(data, String(index), text, context));
  return { data, ...sum(items) };
}

function convertMap(node: YAMLMap.Parsed, context: Context): Measured {
  const data: Record<string, Json> = {};
  const own = new Map<string, Pair<ParsedNode, ParsedNode | null>>();
  const parts: Measured[] = [];
  const merged: Measured[] = [];
  for (const pair of node.items) {
    if (isMergeKey(pair.key)) {
      merged.push(...mergeSources(pair, context));
      continue;
    }
    const key = checkedKey(pair, own, context);
    const value = pair.value ? convert(pair.value, context) : { data: null, weight: nodeWeight, depth: 0 };
    if (key === undefined) continue;
    own.set(key, pair);
    data[key] = value.data;
    noteText(data, key, value.text, context);
    parts.push({ ...value, weight: value.weight + key.length });
  }
  for (const { data: inherited } of merged) {
    for (const [key, value] of Object.entries(inherited as Record<string, Json>)) {
      if (Object.hasOwn(data, key)) continue;
      data[key] = value;
      noteText(data, key, context.texts.get(inherited as object)?.get(key), context);
    }
  }
  return { data, ...sum([...parts, ...merged]) };
}

function noteText(holder: object, key: string, text: string | undefined, { texts }: Context): void {
  if (text === undefined) return;
  const known = texts.get(holder) ?? new Map<string, string>();
  texts.set(holder, known.set(key, text));
}

/** The maps that a merge key brings in, nearest first. */
function mergeSources({ key, value }: Pair<ParsedNode, ParsedNode | null>, context: Context): Measured[] {
  const nodes = isSeq(value) ? value.items : [value ?? key];
  return nodes.flatMap((node) => {
    const measured = convert(node, context);
    const { data } = measured;
    if (typeof data === 'object' && data !== null && !Array.isArray(data)) return [measured];
    refuse(node, 'a merge key (<<) takes a map or a list of maps', context);
    return [];
  });
}

function checkedKey(
  { key, value }: Pair<ParsedNode, ParsedNode | null>,
  own: ReadonlyMap<string, Pair<ParsedNode>>,
  context: Context,
): string | undefined {
  if (key.anchor !== undefined) convert(key, context);
  const name = keyName(key);
  if (name === undefined) {
    // `{{name}}` without quotes is a map whose key is a map.
    const braces = isMap(key) && key.flow === true && (value === null || isScalar(value));
    const message = braces
      ? "a text that begins with a brace must be in quotes: '{{name}}'"
      : 'a key must be a text';
    refuse(key, message, context);
    return undefined;
  }
  const first = own.get(name);
  if (name === '__proto__') refuse(key, 'the key __proto__ is not allowed', context);
  else if (first) {
    const place = placeName(context.source, first.key.range[0]);
    refuse(key, `duplicate key ${quote(name)}; the first is at ${place}`, context);
  } else return name;
  return undefined;
}

function refuse(node: ParsedNode, message: string, { source, faults }: Context): Measured {
  faults.push({ source, offset: node.range[0], message });
  return { data: null, weight: nodeWeight, depth: 0 };
}

function sum(parts: readonly Measured[]): { weight: number; depth: number } {
  let weight = nodeWeight;
  let depth = 0;
  for (const part of parts) {
    weight += part.weight;
    depth = Math.max(depth, part.depth);
  }
  return { weight, depth: depth + 1 };
}

/** Points at the alias that brings the most. */
function tooHeavy({ source, targets, done }: Context): Fault {
  let heaviestAlias: Alias | undefined;
  let most = 0;
  for (const [alias, target] of targets) {
    const weight = done.get(target)?.weight ?? 0;
    if (weight > most) [heaviestAlias, most] = [alias, weight];
  }
  const message = 'written out, the aliases make this suite larger than 100 MB';
  return { source, offset: heaviestAlias?.range?.[0] ?? 0, message };
}

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
