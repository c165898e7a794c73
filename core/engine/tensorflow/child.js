// Newer versions of Node run TypeScript as it is, but not below node_modules; elsewhere tsx takes the types out.
if (!process.features.typescript || import.meta.url.includes('/node_modules/')) {
  const { register } = await import('tsx/esm/api');
  register();
}
await import('./childMain.ts');
