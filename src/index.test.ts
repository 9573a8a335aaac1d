import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const packed = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  bin: Record<string, string>;
  exports: Record<string, string | { types: string; default: string }>;
};

test('what the package exports is built from a source that is there, with its types', () => {
  const entries = Object.values(packed.exports).filter((entry) => typeof entry !== 'string');
  expect(entries).toHaveLength(2);
  for (const { types, default: code } of entries) {
    expect(types).toBe(code.replace(/\.js$/, '.d.ts'));
    expect(existsSync(join(root, code.replace('./dist/', 'src/').replace(/\.js$/, '.ts'))), code).toBe(true);
  }
});
