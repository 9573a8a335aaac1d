import { open, type FileHandle } from 'node:fs/promises';

/** Bytes of a file up to the end of its last line. */
export async function wholeBytes(path: string): Promise<number> {
  const file = await open(path, 'r');
  try {
    return await endOfLastLine(file, (await file.stat()).size);
  } finally {
    await file.close();
  }
}

/** Offset after the last line feed; 0 when there is none. */
export async function endOfLastLine(file: FileHandle, size: number): Promise<number> {
  const block = Buffer.alloc(64 * 1024);
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - block.length);
    const { bytesRead } = await file.read(block, 0, end - start, start);
    const newline = block.lastIndexOf(10, bytesRead - 1);
    if (newline !== -1) return start + newline + 1;
    end = start;
  }
  return 0;
}
