import { readFile } from 'node:fs/promises';
import { isAbsolute, normalize } from 'node:path';
import { UserError } from '../../../base/user-error.ts';
import { version } from '../../../base/version.ts';
import { under } from '../../io.ts';

/** How a runner gets gatebench. */
export interface Installation {
  /** How a shell there starts it. */
  program: string;
  /** Package for npm to install. Absent: as in package-lock.json. */
  install?: string;
  /** What a person has to know or do about it. */
  notes: readonly string[];
}

/** A version, an address, or a file. Nothing that a shell or YAML would interpret. */
const plainSpec = /^(?!-)[\w@./:+#~^=-]+$/;

/**
 * How the repository in a folder gets gatebench: as given by a flag, from its package-lock.json, from its package.json
 * (other package managers), or else from npm.
 */
export async function installationOf(
  cwd: string,
  program: string,
  asked: string | undefined,
): Promise<Installation> {
  if (asked !== undefined) return fromSpec(asked, []);
  // A clone of gatebench itself.
  if (!program.startsWith('npx')) return { program, notes: [] };
  const locked = await lockedIn(cwd);
  if (locked !== undefined) return { program, notes: lockNotes(locked) };
  const wanted = await wantedIn(cwd);
  if (wanted !== undefined) return fromSpec(specOf(wanted), []);
  const spec = `gatebench@${version()}`;
  return fromSpec(spec, [
    `The workflow installs ${spec} from npm. If you have gatebench from a tarball or from git, say so:\n` +
      '  add  --install ./gatebench.tgz                             a tarball that you commit beside your suites\n' +
      '  or   --install git+https://YOUR-HOST/gatebench.git#COMMIT  npm builds it\n' +
      'A package-lock.json with gatebench in it takes precedence: npm install -D gatebench, or a tarball or address instead of the name.',
  ]);
}

function fromSpec(spec: string, notes: readonly string[]): Installation {
  if (!plainSpec.test(spec))
    throw new UserError(
      `--install takes what npm install takes: gatebench@VERSION, ./FILE.tgz, or git+https://ADDRESS#COMMIT; not "${spec}".`,
    );
  const file = fileOf(spec);
  return {
    program: 'gatebench',
    install: file === undefined ? spec : file.startsWith('./') ? file : `./${file}`,
    notes: [...notes, ...(file === undefined ? [] : fileNotes(file))],
  };
}

/** `"gatebench": "^0.1.0"` and `"file:gatebench.tgz"` in the form of npm's command line. */
const specOf = (wanted: string): string =>
  /^[\d^~<>=*]|^latest$/.test(wanted) ? `gatebench@${wanted}` : wanted;

/** Path of the file, if a file is to be installed. */
function fileOf(spec: string): string | undefined {
  if (spec.startsWith('file:')) return spec.slice('file:'.length);
  return /^\.{0,2}\/|\.t(?:ar\.)?gz$/.test(spec) && !/^[\w+]+:/.test(spec) ? spec : undefined;
}

function fileNotes(path: string): string[] {
  if (isAbsolute(path) || normalize(path).startsWith('..'))
    return [
      `${path} is outside this repository, where no runner finds it. Copy it here, and type: npm install -D ./${path.split('/').at(-1)!}`,
    ];
  return [`Commit ${path} as well (git add -f, where *.tgz is ignored): the runner installs it.`];
}

interface Locked {
  resolved: string;
  link: boolean;
}

function lockNotes({ resolved, link }: Locked): string[] {
  if (link)
    return [
      'package-lock.json has a link to gatebench, which no runner can follow. Install a version, a tarball, or an address instead: npm install -D gatebench',
    ];
  if (resolved.startsWith('file:')) return fileNotes(resolved.slice('file:'.length));
  if (resolved.startsWith('git+ssh:') && !resolved.includes('@github.com/'))
    return [
      `package-lock.json takes gatebench from ${resolved.split('#')[0]!}: the runner needs a key for it. With https none: npm install -D git+https://YOUR-HOST/gatebench.git`,
    ];
  return [];
}

async function lockedIn(cwd: string): Promise<Locked | undefined> {
  const lock = (await jsonAt(under(cwd, 'package-lock.json'))) as
    { packages?: Record<string, { resolved?: unknown; link?: unknown }> } | undefined;
  const entry = lock?.packages?.['node_modules/gatebench'];
  if (entry === undefined) return undefined;
  return { resolved: typeof entry.resolved === 'string' ? entry.resolved : '', link: entry.link === true };
}

async function wantedIn(cwd: string): Promise<string | undefined> {
  const manifest = (await jsonAt(under(cwd, 'package.json'))) as
    Record<string, Record<string, unknown> | undefined> | undefined;
  const wanted = manifest?.['devDependencies']?.['gatebench'] ?? manifest?.['dependencies']?.['gatebench'];
  return typeof wanted === 'string' ? wanted : undefined;
}

/** Undefined if there is no file, or it is not JSON. */
async function jsonAt(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
}
