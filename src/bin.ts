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
  const { main } = await import('./main.ts');
  process.exitCode = await main(process.argv.slice(2));
}

export {};
