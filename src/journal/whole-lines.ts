import type { FileHandle } from 'node:fs/promises';

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
