import type { Fault, Path } from '../fault.ts';
import { quote } from '../nearest.ts';
import type { Files } from '../read/files.ts';
import type { Images } from '../read/images.ts';
import type { DefaultsSpec, MessageSpec } from '../schema/prompt-schema.ts';
import type { SuiteSections } from '../sections.ts';
import { show } from '../validate.ts';
import { hasFile, isFileRef } from '../written.ts';
import type { Places } from '../yaml.ts';
import { mostArrivals, traceOf } from './expand-load.ts';
import { hasVariables } from './messages.ts';
import { problemOfFormat } from './variants.ts';

/** A file that the suite names, and where. */
export interface FileRef {
  readonly file: string;
  readonly path: Path;
  readonly kind: 'text' | 'dataset' | 'image' | 'trace';
}

/** A file named in a place where none is read. */
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

/** Faults of the files that a suite names, reported where it names them. */
export function fileFaults(
  sections: SuiteSections,
  { files, images }: { files: Files; images: Images },
  places: Places,
): Fault[] {
  const { refs, misplaced } = find(sections);
  const problems = refs.flatMap(({ file, path, kind }): Misplaced[] => {
    const problem = kind === 'image' ? problemOfImage(file, images) : problemOf(file, kind, files);
    return problem === undefined ? [] : [{ path, message: `${quote(file)} ${problem}` }];
  });
  return [...problems, ...misplaced].map(({ path, message }) => ({
    source: places.source,
    offset: places.value(path),
    path,
    message,
  }));
}

function problemOfImage(name: string, images: Images): string | undefined {
  if (/^(?:[a-z][a-z\d+.-]*:\/\/|data:)/i.test(name))
    return "is an address, whose image may change; put the file into the suite's folder";
  if (hasVariables(name)) return 'is the name of an image, which takes no variables; name one file';
  const image = images.get(name);
  return image?.ok === false ? image.problem : undefined;
}

function problemOf(name: string, kind: FileRef['kind'], files: Files): string | undefined {
  const file = files.get(name);
  if (file?.ok === false)
    return kind === 'trace' && file.problem.startsWith('is larger than')
      ? `${file.problem}; only its first ${mostArrivals.toLocaleString('en-US')} arrivals are replayed, so keep those: head -n ${mostArrivals + 1}`
      : file.problem;
  // The reader of traces reports what a trace lacks.
  if (kind === 'trace') return undefined;
  if (kind === 'dataset') return problemOfFormat(name);
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
    found.refs.push({ file: trace.file, path: ['load', 'arrivals', 'trace', 'file'], kind: 'trace' });
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
  if (dataset) found.refs.push({ file: dataset.file, path: [...path, 'dataset', 'file'], kind: 'dataset' });
  refuseIn(params, [...path, 'params'], found);
}

function findInMessage({ content, ...others }: MessageSpec, path: Path, found: Found): void {
  if (Array.isArray(content))
    content.forEach((part, index) => findInPart(part, [...path, 'content', index], found));
  else textOrFile(content, [...path, 'content'], found);
  refuseIn(others, path, found);
}

/** An image is a file of its own. In all other parts, only `text` can hold a file's text. */
function findInPart(part: Readonly<Record<string, unknown>>, path: Path, found: Found): void {
  // With a `source` it is a part of another API, which is sent unchanged.
  const { type } = part;
  if (type === 'image' && !('source' in part)) {
    findImage(part, path, found);
    return;
  }
  const { text, ...others } = part;
  textOrFile(text, [...path, 'text'], found);
  if (!hasFile(part)) {
    refuseIn(others, path, found);
    return;
  }
  const advice = String(type).includes('image')
    ? `for an image write ${imageForm}`
    : 'for the text of a file write text: { file: PATH }';
  const message = `a part takes no "file" of its own; ${advice}`;
  found.misplaced.push({ path: [...path, 'file'], message });
}

const imageForm = '{ type: image, file: PATH }';

function findImage(part: Readonly<Record<string, unknown>>, path: Path, found: Found): void {
  const { file } = part;
  const misplaced = (at: Path, message: string): void => void found.misplaced.push({ path: at, message });
  if (file === undefined) misplaced(path, `an image needs its file: write ${imageForm}`);
  else if (typeof file !== 'string' || file.trim() === '')
    misplaced([...path, 'file'], `${show(file)} is not the path of an image: write ${imageForm}`);
  else found.refs.push({ file, path: [...path, 'file'], kind: 'image' });
  for (const key of Object.keys(part).filter((name) => name !== 'type' && name !== 'file'))
    misplaced([...path, key], `an image takes no ${quote(key)}: write ${imageForm} and nothing else`);
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
  if (isFileRef(value)) found.refs.push({ file: value.file, path: [...path, 'file'], kind: 'text' });
  // As other tools write it. The path itself is never meant as the text.
  const [, file] = typeof value === 'string' ? (/^file:\/\/(?!\/)(\S+)$/.exec(value) ?? []) : [];
  if (file !== undefined)
    found.misplaced.push({ path, message: `write { file: ${file} } to read that file` });
}

/** Everything here is sent unchanged, so a file would be sent as its name. */
function refuseIn(value: unknown, path: Path, found: Found): void {
  if (!isFileRef(value)) {
    walk(value, path, (inner, at) => refuseIn(inner, at, found));
    return;
  }
  const isPicture = path.includes('image_url');
  const advice = isPicture
    ? `no file is read here; make the whole part ${imageForm}`
    : 'no file is read here; write the text itself';
  found.misplaced.push({ path: [...path, 'file'], message: `${quote(value.file)}: ${advice}` });
}

function walk(value: unknown, path: Path, visit: (inner: unknown, at: Path) => void): void {
  if (Array.isArray(value)) value.forEach((item, index) => visit(item, [...path, index]));
  else if (typeof value === 'object' && value !== null)
    for (const [key, item] of Object.entries(value)) visit(item, [...path, key]);
}
