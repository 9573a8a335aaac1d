import type { Fault, Path, Source } from '../fault.ts';
import type { Files } from '../read/files.ts';
import type { Images } from '../read/images.ts';
import type { DefaultsSpec, MessageSpec, PromptSpec, TextOrFile } from '../schema/prompt-schema.ts';
import type { VariantSpec } from '../schema/variant-schema.ts';
import { variableName } from '../schema/text-schema.ts';
import type { Json, Message } from '../suite.ts';
import { hasFile, isFileRef, isMap, spell, type Value } from '../written.ts';
import type { Places } from '../yaml.ts';

/** A message before its variables are filled in, with the place of its content. */
export interface WrittenMessage {
  readonly message: Message;
  readonly path: Path;
  /** Present if the content comes from a file. */
  readonly file?: Source;
}

interface Placed<T> {
  readonly value: T;
  readonly path: Path;
}

/** Reads `{ file }`. A missing file is reported elsewhere; its text is empty here. */
export type Open = (file: string) => Source | undefined;

export function opener(files: Files): Open {
  return (name) => {
    const file = files.get(name);
    return file?.ok === true ? file.source : undefined;
  };
}

/**
 * The conversation: the system message, the default messages, then the prompt's own messages or its text. If the prompt
 * has its own messages, they replace those of the defaults. Its own system message replaces the default. Undefined if
 * there are no messages at all.
 */
export function conversation(
  defaults: DefaultsSpec,
  prompt: PromptSpec,
  path: Path,
  open: Open,
): WrittenMessage[] | undefined {
  const inherited = written(defaults.messages, ['defaults', 'messages']);
  const own = written(prompt.messages, [...path, 'messages']);
  const said = prompt.prompt ?? (own.length > 0 ? undefined : defaults.prompt);
  const saidAt = prompt.prompt === undefined ? ['defaults', 'prompt'] : [...path, 'prompt'];
  const listed = [...inherited, ...own].map(({ value, path: at }) => listedMessage(value, at, open));
  const spoken =
    said === undefined ? listed : [...listed, textMessage('user', { value: said, path: saidAt }, open)];
  if (spoken.length === 0) return undefined;
  const system = systemOf(defaults, prompt, path);
  return system ? [textMessage('system', system, open), ...spoken] : spoken;
}

/** The same conversation for a variant. `path` leads to the variant, `id` is the entry of the suite. */
export function inVariant(
  messages: readonly WrittenMessage[],
  { system, prompts }: Pick<VariantSpec, 'system' | 'prompts'>,
  id: string,
  path: Path,
  open: Open,
): readonly WrittenMessage[] {
  const said = prompts && Object.hasOwn(prompts, id) ? prompts[id] : undefined;
  const others =
    system === undefined ? messages : messages.filter(({ message }) => !isSystemRole(message.role));
  const spoken =
    said === undefined ? others : withSaid(others, { value: said, path: [...path, 'prompts', id] }, open);
  if (system === undefined || system === '') return spoken;
  return [textMessage('system', { value: system, path: [...path, 'system'] }, open), ...spoken];
}

function withSaid(
  messages: readonly WrittenMessage[],
  said: Placed<TextOrFile>,
  open: Open,
): WrittenMessage[] {
  const message = textMessage('user', said, open);
  const last = lastOfUser(messages);
  return last === -1 ? [...messages, message] : messages.with(last, message);
}

/** Where a variant puts its own text. -1: at the end. */
export function lastOfUser(messages: readonly WrittenMessage[]): number {
  return messages.findLastIndex(({ message: { role } }) => role === 'user');
}

function systemOf(defaults: DefaultsSpec, prompt: PromptSpec, path: Path): Placed<TextOrFile> | undefined {
  const isOwn = prompt.system !== undefined;
  const value = prompt.system ?? defaults.system;
  if (value === undefined || value === '') return undefined;
  if (!isOwn && prompt.messages?.some(isSystem)) return undefined;
  return { value, path: isOwn ? [...path, 'system'] : ['defaults', 'system'] };
}

export function isSystem({ role }: MessageSpec): boolean {
  return isSystemRole(role);
}

function isSystemRole(role: string): boolean {
  return role === 'system' || role === 'developer';
}

function written(messages: readonly MessageSpec[] | undefined, path: Path): Placed<MessageSpec>[] {
  return (messages ?? []).map((value, index) => ({ value, path: [...path, index] }));
}

function listedMessage({ content, ...rest }: MessageSpec, path: Path, open: Open): WrittenMessage {
  const others = rest as Omit<Message, 'content'> & { role: string };
  if (isFileRef(content)) return fileMessage(others, content.file, [...path, 'content'], open);
  const { role, ...fields } = others;
  const message: Message = { role, content: withTexts(content ?? null, open), ...fields };
  return { message, path: [...path, 'content'] };
}

function textMessage(role: string, { value, path }: Placed<TextOrFile>, open: Open): WrittenMessage {
  if (typeof value === 'string') return { message: { role, content: value }, path };
  return fileMessage({ role }, value.file, path, open);
}

/** Line breaks at the end of a file come from the editor, not from the prompt. */
export function fileText(file: Source | undefined): string {
  return file?.text.replace(/\n+$/, '') ?? '';
}

function fileMessage(fields: { role: string }, name: string, path: Path, open: Open): WrittenMessage {
  const file = open(name);
  const { role, ...others } = fields;
  const message: Message = { role, content: fileText(file), ...others };
  return { message, path: [...path, 'file'], ...(file ? { file } : {}) };
}

/** A part may take its text from a file. */
function withTexts(content: Exclude<MessageSpec['content'], undefined>, open: Open): Json {
  if (!Array.isArray(content)) return content;
  return content.map((part) => {
    const text = part['text'];
    return (isFileRef(text) ? { ...part, text: fileText(open(text.file)) } : part) as Json;
  });
}

/** The facts about an image are stored next to its name. An unreadable image is dropped, and reported elsewhere. */
export function withImageFacts(written: WrittenMessage, images: Images): WrittenMessage {
  const { message } = written;
  if (!Array.isArray(message.content)) return written;
  const content = message.content.map((part): Json => {
    if (!isMap(part) || part['type'] !== 'image' || !hasFile(part)) return part;
    const image = images.get(part.file);
    return image?.ok ? { type: 'image', file: part.file, ...image.facts } : { type: 'image' };
  });
  return { ...written, message: { ...message, content } };
}

/** Reports a name without a value, with its place. */
export type OnUnknownAt = (name: string, place: Pick<Fault, 'source' | 'offset' | 'path'>) => void;

export function fillMessage(
  written: WrittenMessage,
  scope: Scope,
  places: Places,
  onUnknown: OnUnknownAt,
): Message {
  const { message, path, file } = written;
  const content = mapTexts(message.content, (text, inside) =>
    fill(text, scope, (name, needle) => onUnknown(name, placeIn([...path, ...inside], needle, places, file))),
  );
  return { ...message, content };
}

export function placeIn(
  path: Path,
  needle: string,
  places: Places,
  file?: Source,
): Pick<Fault, 'source' | 'offset' | 'path'> {
  if (file) return { source: file, offset: Math.max(file.text.indexOf(needle), 0) };
  return { source: places.source, offset: places.within(path, needle), path };
}

/** Values of a prompt's variables. */
export type Scope = ReadonlyMap<string, Value>;

/** Result for a name that has no value, or `null`. `written` is the whole `{{name}}`. */
export type OnUnknown = (name: string, written: string) => void;

const open = String.raw`(?<!\{)\{\{[ \t]*(${variableName})[ \t]*\}\}`;
const anywhere = new RegExp(open, 'gu');
const alone = new RegExp(`^${open}$`, 'u');

/** Maximum length of one expanded template. */
export const longestText = 20_000_000;

/** A template grew beyond the maximum length. */
export class TextTooLong extends Error {}

/** Whether any text in here holds a `{{name}}`. */
export function hasVariables(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('{{') && value.search(anywhere) >= 0;
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(hasVariables);
}

/**
 * Replaces every `{{name}}`. All other braces are kept. An unknown name, or one whose value is `null`, is reported and
 * left as it is. Values are not searched for further names.
 */
export function fill(text: string, scope: Scope, onUnknown: OnUnknown): string {
  if (!text.includes('{{')) return text;
  let length = text.length;
  return text.replace(anywhere, (written, name: string) => {
    const value = scope.get(name);
    if (value === undefined || value === null) {
      onUnknown(name, written);
      return written;
    }
    const replacement = spell(value);
    length += replacement.length;
    if (length > longestText)
      throw new TextTooLong(`text grows to more than ${longestText / 1e6} million characters`);
    return replacement;
  });
}

/** The value of a text that is nothing but `{{name}}`. */
export function soleValue(text: string, scope: Scope): Value | undefined {
  const name = alone.exec(text)?.[1];
  return name === undefined ? undefined : scope.get(name);
}

/** Replaces every text within `value`. `path` tells `change` which one it is. */
export function mapTexts(
  value: Json,
  change: (text: string, path: readonly (string | number)[]) => Json,
): Json {
  const walk = (part: Json, path: readonly (string | number)[]): Json => {
    if (typeof part === 'string') return change(part, path);
    if (typeof part !== 'object' || part === null) return part;
    if (Array.isArray(part)) return part.map((item, index) => walk(item, [...path, index]));
    return Object.fromEntries(Object.entries(part).map(([key, item]) => [key, walk(item, [...path, key])]));
  };
  return walk(value, []);
}
