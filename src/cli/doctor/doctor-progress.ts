import { cut } from '../../base/text.ts';

/** Says on stderr what is being done: one line that is written over itself in a terminal, lines elsewhere. */
export interface DoctorProgress {
  say: (text: string) => void;
  /** Takes the line away. */
  stop: () => void;
}

export function doctorProgress(stream: NodeJS.WriteStream, quiet: boolean): DoctorProgress {
  if (quiet) return { say: () => undefined, stop: () => undefined };
  if (!stream.isTTY) return { say: (text) => stream.write(`${text}\n`), stop: () => undefined };
  const line = (text: string): void => {
    stream.write(`\r\x1b[2K${text}`);
  };
  return { say: (text) => line(cut(text, (stream.columns || 80) - 1)), stop: () => line('') };
}
