import type { Fault, Path } from '../fault.ts';
import { quote } from '../nearest.ts';
import type { Places } from '../places.ts';
import type { Files } from '../read/files.ts';
import type { DefaultsSpec } from '../schema/prompt.ts';
import type { SuiteSections } from '../sections.ts';
import { problemOfFormat } from './dataset.ts';

/** A file that the suite names, and where it does. */
export interface FileRef {
  readonly file: string;
  readonly path: Path;
  readonly isDataset: boolean;
}

export function fileRefs({ spec, indexes }: SuiteSections): FileRef[] {
  const defaults = spec.defaults ? refsOf(spec.defaults, ['defaults']) : [];
  const prompts = spec.prompts?.flatMap((prompt, index) =>
    refsOf(prompt, ['prompts', indexes.prompts[index]!]),
  );
  return [...defaults, ...(prompts ?? [])];
}

function refsOf({ prompt, system, messages, dataset }: DefaultsSpec, path: Path): FileRef[] {
  const refs: FileRef[] = [];
  const add = (value: unknown, at: Path, isDataset = false): void => {
    if (typeof value !== 'object' || value === null || !('file' in value)) return;
    refs.push({ file: String(value.file), path: [...path, ...at, 'file'], isDataset });
  };
  add(prompt, ['prompt']);
  add(system, ['system']);
  messages?.forEach(({ content }, index) => add(content, ['messages', index, 'content']));
  add(dataset, ['dataset'], true);
  return refs;
}

/** What is wrong with the files themselves, told where the suite names them. */
export function fileFaults(refs: readonly FileRef[], files: Files, places: Places): Fault[] {
  return refs.flatMap(({ file, path, isDataset }) => {
    const problem = problemOf(file, isDataset, files);
    if (problem === undefined) return [];
    return [
      { source: places.source, offset: places.value(path), path, message: `${quote(file)} ${problem}` },
    ];
  });
}

function problemOf(name: string, isDataset: boolean, files: Files): string | undefined {
  const file = files.get(name);
  if (file?.ok === false) return file.problem;
  if (isDataset) return problemOfFormat(name);
  return file?.source.text.trim() === '' ? 'is empty' : undefined;
}
