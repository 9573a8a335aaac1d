#!/usr/bin/env node
// This file must parse and run on any Node that knows modules: it says what is missing before newer syntax would.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(
    'gatebench needs Node 22.19 or newer; this is Node ' +
      process.versions.node +
      '.\nInstall a current one from https://nodejs.org, or run it with: npx -p node@24 -p gatebench gatebench\n',
  );
  process.exitCode = 2;
} else {
  const { measuringFlags } = await import('./base/measuring-flags.ts');
  if (measures(process.argv[2])) startAgainWith(measuringFlags);
  const { main } = await import('./main.ts');
  process.exitCode = await main(process.argv.slice(2));
}

/** Commands that stamp instants. */
function measures(command: string | undefined): boolean {
  return command === 'run' || command === 'calibrate';
}

/**
 * Puts a Node with these flags in the place of this one: the same process, so that signals and its parent find it.
 * Does nothing where that cannot be done (Windows, or forbidden by --permission), or where the user has set the size.
 */
function startAgainWith(flags: readonly string[]): void {
  const given = [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].join(' ');
  // Node takes flags with underscores, too.
  if (/semi[-_]space[-_]size/.test(given) || process.platform === 'win32') return;
  const [node, ...args] = process.argv as [string, ...string[]];
  try {
    process.execve?.(process.execPath, [node, ...flags, ...process.execArgv, ...args], process.env);
  } catch {
    // Measured all the same, as the manifest says: with a wider tail of arrival errors.
  }
}

export {};
