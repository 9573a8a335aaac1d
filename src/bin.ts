#!/usr/bin/env node
// This file must parse and run on any Node that supports modules: it reports what is missing before newer syntax would
// fail.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(
    'gatebench needs Node 22.19 or newer; this is Node ' +
      process.versions.node +
      '.\nInstall a current one from https://nodejs.org, or run it with: npx -p node@24 -p gatebench gatebench\n',
  );
  process.exitCode = 2;
} else {
  const { enableCompileCache } = await import('node:module');
  enableCompileCache();
  const { commandIn } = await import('./cli/command.ts');
  const { commands } = await import('./cli/commands.ts');
  const { measuringFlags } = await import('./base/measuring-flags.ts');
  const args = process.argv.slice(2);
  if (commandIn(args, commands)?.measures) startAgainWith(measuringFlags);
  const { main } = await import('./main.ts');
  process.exitCode = await main(args);
}

/**
 * Replaces this process by a Node with these flags. The process id stays, so that signals and the parent process find
 * it. What the user has set stays. Does nothing if that is impossible (Windows, or forbidden by --permission).
 */
function startAgainWith(flags: readonly string[]): void {
  const given = [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].join(' ');
  const missing = flags.filter((flag) => !isGiven(flag, given));
  if (missing.length === 0 || process.platform === 'win32') return;
  // Node would print a warning before it refuses.
  const { permission } = process as { permission?: typeof process.permission };
  if (permission && !permission.has('child')) return;
  const [node, ...args] = process.argv as [string, ...string[]];
  try {
    process.execve?.(process.execPath, [node, ...missing, ...process.execArgv, ...args], process.env);
  } catch {
    // Measured anyway, as the manifest says, with a wider tail of arrival errors.
  }
}

/** Node also accepts flags with underscores, and flags that are turned off. */
function isGiven(flag: string, given: string): boolean {
  const name = flag.replace(/^--(?:no-)?/, '').replace(/=.*/, '');
  return given.replaceAll('_', '-').includes(name);
}

export {};
