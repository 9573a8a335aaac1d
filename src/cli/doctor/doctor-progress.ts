import { cut } from '../../base/text.ts';

/** Shows progress on stderr: one line that is overwritten in a terminal, separate lines elsewhere. */
export interface DoctorProgress {
  say: (text: string) => void;
  /** Removes the line. */
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
