import tseslint from 'typescript-eslint';

/**
 * The layers of core/, lowest first. A file may import from its own layer and from lower ones; layers that share a
 * row do not see each other. This is the rule that ARCHITECTURE.md draws.
 */
const rows = [
  ['base'],
  ['graph'],
  ['network'],
  ['spaces', 'engine'],
  ['model'],
  ['data'],
  ['training'],
  ['scoring', 'search', 'latency', 'export', 'bench'],
  ['study'],
  ['api'],
  ['cli'],
];
const folders = rows.flat();

/** For one folder, the restricted-imports setting that forbids everything above it or beside it. */
function layer(folder) {
  const row = rows.findIndex((names) => names.includes(folder));
  const forbidden = folders.filter((name) => name !== folder && rows.findIndex((names) => names.includes(name)) >= row);
  return {
    files: [`core/${folder}/**/*.ts`],
    rules: {
      'no-restricted-imports': ['error', {
        patterns: [
          { group: [...forbidden.map((name) => `**/${name}/**`), '**/electron/**', '**/renderer/**'],
            message: `core/${folder} may import only from lower layers (see ARCHITECTURE.md).` },
          { group: ['electron', 'vue', 'pinia'], message: 'core/ knows no Electron, no Vue and no DOM.' },
        ],
      }],
    },
  };
}

export default tseslint.config(
  { ignores: ['node_modules', 'dist', 'runs'] },
  ...tseslint.configs.recommended,
  {
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      'no-restricted-properties': ['error', { object: 'Math', property: 'random', message: 'Pass a seeded generator in (core/base/random.ts).' }],
      eqeqeq: 'error',
      'prefer-const': 'error',
    },
  },
  ...folders.map(layer),
);
