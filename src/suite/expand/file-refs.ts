import type { Fault, Path } from '../fault.ts';
import { quote } from '../nearest.ts';
import type { Files } from '../read/files.ts';
import type { DefaultsSpec, MessageSpec } from '../schema/prompt-schema.ts';
import type { SuiteSections } from '../sections.ts';
import { hasFile, isFileRef } from '../written.ts';
import type { Places } from '../yaml.ts';
import { traceOf } from './expand-load.ts';
import { problemOfFormat } from './variants.ts';

/** A file that the suite names, and where it does. */
export interface FileRef {
  readonly file: string;
  readonly path: Path;
  readonly isDataset: boolean;
}

/** A file named where none is read. */
interface Misplaced {
  readonly path: Path;
  readonly message: string;
}

interface Found {
  readonly refs: FileRef[];
  readonly misplaced: Misplaced[];
}

export function fileRefs(sections: SuiteSections): FileRef[] {
  return find(sections).refs;
}

/** What is wrong with the files that a suite names, told where it names them. */
export function fileFaults(sections: SuiteSections, files: Files, places: Places): Fault[] {
  const { refs, misplaced } = find(sections);
  const problems = refs.flatMap(({ file, path, isDataset }): Misplaced[] => {
    const problem = problemOf(file, isDataset, files);
    return problem === undefined ? [] : [{ path, message: `${quote(file)} ${problem}` }];
  });
  return [...problems, ...misplaced].map(({ path, message }) => ({
    source: places.source,
    offset: places.value(path),
    path,
    message,
  }));
}

function problemOf(name: string, isDataset: boolean, files: Files): string | undefined {
  const file = files.get(name);
  if (file?.ok === false) return file.problem;
  if (isDataset) return problemOfFormat(name);
  return file?.source.text.trim() === '' ? 'is empty' : undefined;
}

function find({ spec }: SuiteSections): Found {
  const found: Found = { refs: [], misplaced: [] };
  spec.models?.forEach((model, index) => {
    if (typeof model === 'object') refuseIn(model.params, ['models', index, 'params'], found);
  });
  if (spec.defaults) findIn(spec.defaults, ['defaults'], found);
  spec.prompts?.forEach((prompt, index) => {
    if (prompt) findIn(prompt, ['prompts', index], found);
  });
  const trace = traceOf(spec.load);
  if (trace)
    found.refs.push({ file: trace.file, path: ['load', 'arrivals', 'trace', 'file'], isDataset: false });
  spec.variants?.forEach(({ system, prompts = {}, params }, index) => {
    const path = ['variants', index];
    textOrFile(system, [...path, 'system'], found);
    for (const [id, said] of Object.entries(prompts)) textOrFile(said, [...path, 'prompts', id], found);
    refuseIn(params, [...path, 'params'], found);
  });
  return found;
}

function findIn(holder: DefaultsSpec, path: Path, found: Found): void {
  const { prompt, system, messages, vars, dataset, params } = holder;
  textOrFile(prompt, [...path, 'prompt'], found);
  textOrFile(system, [...path, 'system'], found);
  messages?.forEach((message, index) => findInMessage(message, [...path, 'messages', index], found));
  for (const [name, value] of Object.entries(vars ?? {})) findInValue(value, [...path, 'vars', name], found);
  if (dataset) found.refs.push({ file: dataset.file, path: [...path, 'dataset', 'file'], isDataset: true });
  refuseIn(params, [...path, 'params'], found);
}

function findInMessage({ content, ...others }: MessageSpec, path: Path, found: Found): void {
  if (Array.isArray(content))
    content.forEach((part, index) => findInPart(part, [...path, 'content', index], found));
  else textOrFile(content, [...path, 'content'], found);
  refuseIn(others, path, found);
}

/** `text` is the only place of a part that a file's text can fill. */
function findInPart(part: Readonly<Record<string, unknown>>, path: Path, found: Found): void {
  const { text, ...others } = part;
  textOrFile(text, [...path, 'text'], found);
  if (!hasFile(part)) {
    refuseIn(others, path, found);
    return;
  }
  const message = 'a part takes no "file" of its own; for the text of a file write text: { file: PATH }';
  found.misplaced.push({ path: [...path, 'file'], message });
}

function findInValue(value: unknown, path: Path, found: Found): void {
  if (isFileRef(value) || typeof value === 'string') textOrFile(value, path, found);
  else if (hasFile(value)) {
    const message =
      'a file is { file: PATH } and nothing else; to put a map into the prompt as is, write it as text in quotes';
    found.misplaced.push({ path: [...path, 'file'], message });
  } else walk(value, path, (inner, at) => findInValue(inner, at, found));
}

function textOrFile(value: unknown, path: Path, found: Found): void {
  if (isFileRef(value)) found.refs.push({ file: value.file, path: [...path, 'file'], isDataset: false });
  // As other tools write it; nobody wants the address itself to be the whole text.
  const [, file] = typeof value === 'string' ? (/^file:\/\/(?!\/)(\S+)$/.exec(value) ?? []) : [];
  if (file !== undefined)
    found.misplaced.push({ path, message: `write { file: ${file} } to read that file` });
}

/** Here all goes out as it stands, so that a file would go out as its name. */
function refuseIn(value: unknown, path: Path, found: Found): void {
  if (!isFileRef(value)) {
    walk(value, path, (inner, at) => refuseIn(inner, at, found));
    return;
  }
  const isPicture = path.includes('image_url');
  const advice = isPicture
    ? 'pictures are not read from files; give the address: image_url: { url: https://… }'
    : 'no file is read here; write the text itself';
  found.misplaced.push({ path: [...path, 'file'], message: `${quote(value.file)}: ${advice}` });
}

function walk(value: unknown, path: Path, visit: (inner: unknown, at: Path) => void): void {
  if (Array.isArray(value)) value.forEach((item, index) => visit(item, [...path, index]));
  else if (typeof value === 'object' && value !== null)
    for (const [key, item] of Object.entries(value)) visit(item, [...path, key]);
}
