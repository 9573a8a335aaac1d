import { execFile } from 'node:child_process';
import { oneLine } from '../../base/text.ts';
import type { Io } from '../io.ts';

const patienceMs = 30_000;
const longestAnswer = 64 * 1024 * 1024;

/** Why a request to GitHub failed, in words for people. */
export class NotDelivered extends Error {}

/** GitHub's API, through its own program `gh`, which finds the job's token by itself. */
export class Github {
  readonly #io: Pick<Io, 'env' | 'clock'>;
  readonly #repository: string;

  constructor(io: Pick<Io, 'env' | 'clock'>, repository: string) {
    this.#io = io;
    this.#repository = repository;
  }

  /** Sends a request below the repository. Throws NotDelivered. */
  async ask(method: 'GET' | 'POST' | 'PATCH', path: string, body?: object): Promise<unknown> {
    const args = ['api', '--method', method, `repos/${this.#repository}/${path}`];
    const text = await this.#gh(body ? [...args, '--input', '-'] : args, body);
    try {
      return text.trim() === '' ? undefined : JSON.parse(text);
    } catch {
      throw new NotDelivered(`gh did not answer with JSON: ${oneLine(text, 100)}`);
    }
  }

  /** Every entry of a list, page by page. */
  async all(path: string): Promise<unknown[]> {
    const entries: unknown[] = [];
    for (let page = 1; page <= 50; page++) {
      const some = await this.ask('GET', `${path}${path.includes('?') ? '&' : '?'}per_page=100&page=${page}`);
      if (!Array.isArray(some)) throw new NotDelivered('gh did not answer with a list');
      entries.push(...(some as unknown[]));
      if (some.length < 100) break;
    }
    return entries;
  }

  async #gh(args: readonly string[], body: object | undefined): Promise<string> {
    const { env, clock } = this.#io;
    const over = new AbortController();
    const late = new AbortController();
    const deadline = clock.sleep(patienceMs, over.signal).then(
      () => {
        late.abort();
      },
      () => undefined,
    );
    try {
      return await new Promise<string>((resolve, reject) => {
        const options = { env, signal: late.signal, maxBuffer: longestAnswer };
        const child = execFile('gh', args, options, (error, stdout, stderr) => {
          if (error) reject(new NotDelivered(whyOf(error, stderr, late.signal.aborted)));
          else resolve(stdout);
        });
        // It may end before it has read its input.
        child.stdin?.on('error', () => undefined);
        child.stdin?.end(body === undefined ? undefined : JSON.stringify(body));
      });
    } finally {
      over.abort();
      await deadline;
    }
  }
}

function whyOf(
  { code, message }: { code?: unknown; message: string },
  stderr: string,
  isLate: boolean,
): string {
  if (isLate) return `gh did not answer within ${patienceMs / 1000} s`;
  if (code === 'ENOENT') return 'the program gh is not installed (https://cli.github.com)';
  const said = oneLine(stderr, 300) || oneLine(message, 300);
  return /HTTP 40[13]|not accessible/.test(said)
    ? `${said}. Does the job have GH_TOKEN, and the permission issues: write (of pull requests: pull-requests: write)? Forks have neither.`
    : said;
}
