import type { Fault, Path, Source } from '../fault.ts';
import type { Files } from '../read/files.ts';
import type { DefaultsSpec, MessageSpec, PromptSpec, TextOrFile } from '../schema/prompt-schema.ts';
import type { Json, Message } from '../suite.ts';
import { isFileRef } from '../written.ts';
import type { Places } from '../yaml.ts';
import { fill, mapTexts, type Scope } from './template.ts';

/** A message before its variables are filled in, with the place that its content comes from. */
export interface WrittenMessage {
  readonly message: Message;
  readonly path: Path;
  /** Present when the content is that of a file. */
  readonly file?: Source;
}

interface Placed<T> {
  readonly value: T;
  readonly path: Path;
}

/** Reads `{ file }`. A file that isn't there is told elsewhere; its text is empty here. */
export type Open = (file: string) => Source | undefined;

export function opener(files: Files): Open {
  return (name) => {
    const file = files.get(name);
    return file?.ok === true ? file.source : undefined;
  };
}

/**
 * The conversation: the system message, the default messages, then the prompt's own messages or its text. The
 * prompt's own way of speaking replaces that of the defaults; a system message of its own replaces the default.
 * Undefined when nobody says anything.
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

function systemOf(defaults: DefaultsSpec, prompt: PromptSpec, path: Path): Placed<TextOrFile> | undefined {
  const isOwn = prompt.system !== undefined;
  const value = prompt.system ?? defaults.system;
  if (value === undefined || value === '') return undefined;
  if (!isOwn && prompt.messages?.some(isSystem)) return undefined;
  return { value, path: isOwn ? [...path, 'system'] : ['defaults', 'system'] };
}

export function isSystem({ role }: MessageSpec): boolean {
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

/** The line breaks at a file's end are its editor's, not the prompt's. */
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

/** Tells of a name without a value, and where it stands. */
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
