import type { ToolCall } from '../measure/exchange.ts';
import { json } from '../base/json-text.ts';
import { isObject, saysNothing, text, word } from './json-words.ts';
import type { Unread } from './unread.ts';

/** More calls than this are an error of the server. */
const maxToolCalls = 1000;

interface OpenCall extends ToolCall {
  /** Index from the server. Absent if it gave none. */
  index: number | undefined;
}

const callFields = new Set([
  'index',
  'id',
  'type',
  'function',
  'custom',
  'thought_signature',
  'extra_content',
]);
/** A call without its `function`: its content is next to the id. */
const flatFields = new Set([...callFields, 'name', 'arguments', 'input']);
const functionFields = new Set([
  'index',
  'name',
  'arguments',
  'input',
  'description',
  'parsed_arguments',
  'thought_signature',
]);

/**
 * Tool calls as they come, whole or in parts. A call is identified by its id and its index together, because some
 * servers give every call the same index, some none, some the same id, and some a new id with every part.
 */
export class ToolCalls {
  readonly #calls: OpenCall[] = [];

  get calls(): ToolCall[] {
    return this.#calls.map(({ id, name, arguments: args }) => ({ id, name, arguments: args }));
  }

  get count(): number {
    return this.#calls.length;
  }

  /** Takes in one delta of a call. Returns how many characters it brought. */
  add(delta: unknown, unread: Unread): number {
    if (!isObject(delta)) {
      unread.note('tool_calls', delta);
      return 0;
    }
    const own = delta['function'] ?? delta['custom'];
    const isFlat = own === undefined && text(delta['name']) !== '';
    unread.noteOthers(delta, isFlat ? flatFields : callFields, 'tool_calls');
    const said = isFlat ? { name: delta['name'], arguments: delta['arguments'], input: delta['input'] } : own;
    const fn = isObject(said) ? said : {};
    if (!isObject(said)) unread.note('tool_calls.function', said);
    unread.noteOthers(fn, functionFields, 'tool_calls.function');
    const part = {
      index: indexOf(delta['index'] ?? fn['index']),
      id: word(delta['id']),
      name: text(fn['name']),
      arguments: argumentsOf(fn['arguments'] ?? fn['input'], unread),
    };
    if (part.name === '' && part.id === '' && part.arguments === '') return 0;
    if (part.index !== undefined && part.index > maxToolCalls) {
      unread.note('tool_calls', delta);
      return 0;
    }
    const call = this.#callOf(part);
    if (call) return grow(call, part);
    if (this.#calls.length >= maxToolCalls) {
      unread.note('tool_calls', delta);
      return 0;
    }
    this.#calls.push(part);
    return part.name.length + part.arguments.length;
  }

  /** The call that a part continues. Undefined if it begins a new one. */
  #callOf({ index, id, name, arguments: args }: OpenCall): OpenCall | undefined {
    const sameId = this.#calls.findLast(
      (call) => id !== '' && call.id === id && (call.index === index || index === undefined),
    );
    if (sameId) {
      // One id for all calls: after a finished call, another name or other complete arguments start another call.
      const hasOtherName = name !== '' && sameId.name !== '' && !name.startsWith(sameId.name);
      const hasOtherArguments =
        name !== '' && isFilled(sameId.arguments) && isObjectText(args) && !repeats(sameId.arguments, args);
      const isOther = (hasOtherName || hasOtherArguments) && isWhole(sameId);
      return isOther ? undefined : sameId;
    }
    const current =
      index === undefined ? this.#calls.at(-1) : this.#calls.findLast((call) => call.index === index);
    if (!current) return undefined;
    if (name === '') return current;
    if (id !== '' && current.id !== '') {
      // A new id with every part: the same name again in the middle of the arguments.
      return name === current.name && current.arguments !== '' && !isWhole(current) ? current : undefined;
    }
    if (current.name === '') return current;
    if (index === undefined && !name.startsWith(current.name)) return undefined;
    return isWhole(current) || (current.name !== name && args !== '' && isWhole({ arguments: args }))
      ? undefined
      : current;
  }
}

function grow(call: OpenCall, part: OpenCall): number {
  const before = call.name.length + call.arguments.length;
  call.id ||= part.id;
  // The name comes again with every part, or grows, or comes in parts.
  if (part.name.startsWith(call.name)) call.name = part.name;
  else if (part.name !== '' && call.arguments === '') call.name += part.name;
  // Some servers begin with an empty object and fill it later.
  if (!isFilled(call.arguments) && /^\s*\{/.test(part.arguments)) call.arguments = '';
  if (!repeats(call.arguments, part.arguments)) call.arguments += part.arguments;
  else if (part.arguments.length > call.arguments.length) call.arguments = part.arguments;
  return Math.max(0, call.name.length + call.arguments.length - before);
}

/** Whether `next` contains all arguments so far, and perhaps more: two objects in a row are not valid arguments. */
function repeats(soFar: string, next: string): boolean {
  return (
    soFar !== '' &&
    next.startsWith(soFar) &&
    isWhole({ arguments: next }) &&
    !isWhole({ arguments: soFar + next })
  );
}

/** Whether arguments hold more than an empty object. */
function isFilled(args: string): boolean {
  return args !== '' && !/^\s*\{\s*\}\s*$/.test(args);
}

function isObjectText(args: string): boolean {
  return /^\s*\{/.test(args) && isWhole({ arguments: args });
}

function isWhole({ arguments: args }: Pick<ToolCall, 'arguments'>): boolean {
  if (!/[}\]"\w]\s*$/.test(args)) return false;
  try {
    JSON.parse(args);
    return true;
  } catch {
    return false;
  }
}

function indexOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined;
}

/** Arguments are text. Some servers send them as data. */
function argumentsOf(value: unknown, unread: Unread): string {
  if (typeof value === 'string') return value;
  if (value === undefined || (saysNothing(value) && !isObject(value))) return '';
  const text = json(value);
  // Nested too deeply to be written: an attack, not a call.
  if (text === undefined) unread.note('tool_calls.function.arguments', value);
  return text ?? '';
}
