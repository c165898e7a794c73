#!/usr/bin/env node
// Plain JavaScript that every Node can read, so that one too old gets a sentence instead of a syntax error.
const wanted = [20, 19];
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < wanted[0] || (major === wanted[0] && minor < wanted[1])) {
  process.stderr.write(`pocketformer: needs Node.js ${wanted.join('.')} or later; this is ${process.versions.node}.\n`);
  process.exitCode = 1;
} else {
  import('./start.js');
}
