import vue from 'eslint-plugin-vue';
import tseslint from 'typescript-eslint';
import vueParser from 'vue-eslint-parser';

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
  ['scoring', 'search', 'latency', 'export'],
  ['study'],
  ['api', 'bench'],
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

/** What the window may take from core/ as running code: the client of the API, and maths that is pure. */
const windowImports = {
  files: ['renderer/**/*.{ts,vue}'],
  ignores: ['renderer/vite.config.ts'],
  rules: {
    '@typescript-eslint/no-restricted-imports': ['error', {
      patterns: [
        { regex: 'core/(?!api/|search/(objective|pareto|indicators|frontRows)\\.ts$)', message: 'renderer/ takes from core/ only the contract, its client and pure maths of search/.' },
        { regex: 'core/api/(?!client\\.ts$|protocol\\.ts$|transports/(messagePort|webSocket)\\.ts$)', allowTypeImports: true,
          message: "Of core/api the window runs only the client; import the contract's types with `import type`." },
        { regex: '^node:|electron/(?!shellApi\\.ts$)', message: 'The window runs in a browser.' },
        { regex: 'electron/shellApi\\.ts$', allowTypeImports: true, message: "Only the shell's types." },
      ],
    }],
  },
};

const vueFiles = [
  ...vue.configs['flat/recommended'],
  {
    files: ['**/*.vue'],
    languageOptions: { parser: vueParser, parserOptions: { parser: tseslint.parser, sourceType: 'module' } },
    rules: {
      // The compiler checks these with types.
      'no-undef': 'off',
      'vue/require-default-prop': 'off',
      // The kit's names are those of the things themselves; in a template they are told from HTML by their capital.
      'vue/multi-word-component-names': 'off',
      'vue/no-reserved-component-names': 'off',
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/first-attribute-linebreak': 'off',
      'vue/html-indent': ['error', 2],
      'vue/html-self-closing': ['error', { html: { void: 'any', normal: 'any', component: 'always' } }],
      'vue/no-v-html': 'error',
    },
  },
];

/** electron/ starts the core's processes and speaks the contract; what lies below the jobs is not its business. */
const shellImports = {
  files: ['electron/**/*.ts', 'electron/**/*.cts'],
  rules: {
    'no-restricted-imports': ['error', {
      patterns: [
        { regex: '/(renderer|core/(?!base/|api/|study/jobs/))',
          message: 'electron/ may import core/api, core/study/jobs and core/base only.' },
      ],
    }],
  },
};

export default tseslint.config(
  { ignores: ['node_modules', 'dist', 'runs'] },
  ...tseslint.configs.recommended,
  ...vueFiles,
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
  windowImports,
  shellImports,
);
