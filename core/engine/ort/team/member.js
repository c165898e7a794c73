// Plain JavaScript, because a new thread knows nothing of TypeScript yet.
if (!process.features.typescript || import.meta.url.includes('/node_modules/')) {
  const { register } = await import('tsx/esm/api');
  register();
}
await import('./member.ts');
