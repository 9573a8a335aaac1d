import { execFile } from 'node:child_process';
import { oneLine } from '../../base/text.ts';
import { UserError } from '../../base/user-error.ts';
import { didYouMean, quote } from '../nearest.ts';

/** Runs git in a folder, without a shell. */
export type Git = (args: readonly string[], input?: string) => Promise<GitAnswer>;

export interface GitAnswer {
  /** 0 if git succeeded. */
  code: number;
  stdout: Buffer;
  /** On one line. */
  stderr: string;
}

/** Larger than any file that a suite may name. Longer output is cut, and its reader then finds it too large. */
const mostBytes = 32_000_000;

/** Throws a UserError if git is not installed. `env`: where to look for git, and its settings. */
export function gitIn(folder: string, env: NodeJS.ProcessEnv): Git {
  return (args, input) =>
    new Promise((resolve, reject) => {
      const child = execFile(
        'git',
        ['-C', folder, ...args],
        {
          // Its messages are shown, and it cannot ask for a password.
          env: { ...ofThisFolder(env), LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0' },
          encoding: 'buffer',
          maxBuffer: mostBytes,
          windowsHide: true,
        },
        (error, stdout, stderr) => {
          if (error?.code === 'ENOENT') reject(new UserError(withoutGit));
          else
            resolve({
              code: error && error.code !== 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER' ? Number(error.code ?? 1) : 0,
              stdout,
              stderr: oneLine(stderr.toString().trim(), 300),
            });
        },
      );
      // It may end without reading its input. Its exit code decides.
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(input ?? '');
    });
}

/** In a hook, git's variables name the hook's repository relative to the hook's folder. */
const ofThisFolder = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => !/^GIT_(?:DIR|WORK_TREE|INDEX_FILE|PREFIX|COMMON_DIR)$/.test(name),
    ),
  );

const withoutGit =
  '--against reads an earlier revision of the suite with git, and there is no git on the PATH. Install it, or leave out --against.';

/** Output of `git` as text. Undefined if it fails. */
export async function askGit(git: Git, ...args: string[]): Promise<string | undefined> {
  const { code, stdout } = await git(args);
  return code === 0 ? stdout.toString().trimEnd() : undefined;
}

/**
 * The full hash of the commit that a revision names: a branch, a tag, `HEAD~1`. Throws a UserError that says why there
 * is none, and what to type instead.
 */
export async function commitOf(git: Git, ref: string): Promise<string> {
  // Git would take it for an option.
  const isName = ref !== '' && !ref.startsWith('-');
  const commit = isName
    ? await askGit(git, 'rev-parse', '--verify', '--quiet', `${ref}^{commit}`)
    : undefined;
  if (commit !== undefined) return commit;
  throw new UserError(`--against ${quote(ref)}: ${await whyUnknown(git, ref)}`);
}

async function whyUnknown(git: Git, ref: string): Promise<string> {
  const names = (await askGit(git, 'for-each-ref', '--format=%(refname:short)'))?.split('\n') ?? [];
  const remote = names.find((name) => name.endsWith(`/${ref}`));
  if (remote !== undefined) return `there is no such revision here; did you mean ${quote(remote)}?`;
  if ((await askGit(git, 'rev-parse', '--is-shallow-repository')) === 'true')
    return (
      'this clone is shallow and does not have it. Fetch the history with git fetch --unshallow; ' +
      'for actions/checkout, set fetch-depth: 0.'
    );
  if ((await askGit(git, 'rev-parse', '--verify', '--quiet', 'HEAD')) === undefined)
    return 'this repository has no commit yet.';
  const near = didYouMean(ref, names.filter(Boolean));
  return near === ''
    ? 'there is no such revision in this repository. Name a branch, a tag or a commit, such as HEAD~1.'
    : `there is no such revision in this repository${near}`;
}
