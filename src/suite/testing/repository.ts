import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A git repository for a test. */
export interface Repository extends Disposable {
  folder: string;
  git: (...args: string[]) => string;
  /** Writes files, `null` for a removed one, `-> target` for a link, and commits everything. Returns the commit. */
  commit: (files: Record<string, string | Buffer | null>) => string;
  write: (files: Record<string, string | Buffer | null>) => void;
}

/** Ignores personal settings, and always uses the same author. */
const environment = {
  PATH: process.env['PATH'] ?? '',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_AUTHOR_NAME: 'A',
  GIT_AUTHOR_EMAIL: 'a@example.com',
  GIT_COMMITTER_NAME: 'A',
  GIT_COMMITTER_EMAIL: 'a@example.com',
};

export function repository(): Repository {
  const folder = mkdtempSync(join(tmpdir(), 'gatebench-git-'));
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', folder, ...args], { env: environment, stdio: 'pipe' })
      .toString()
      .trimEnd();
  git('init', '--quiet', '--initial-branch', 'main');
  const write: Repository['write'] = (files) => {
    for (const [name, content] of Object.entries(files)) {
      const path = join(folder, name);
      rmSync(path, { force: true });
      if (content === null) continue;
      mkdirSync(dirname(path), { recursive: true });
      const target = typeof content === 'string' ? /^-> (.*)$/.exec(content)?.[1] : undefined;
      if (target === undefined) writeFileSync(path, content);
      else symlinkSync(target, path);
    }
  };
  return {
    folder,
    git,
    write,
    commit(files) {
      write(files);
      git('add', '--all');
      git('commit', '--quiet', '--allow-empty', '--message', 'a step');
      return git('rev-parse', 'HEAD');
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
