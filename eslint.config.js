import tseslint from 'typescript-eslint';

export default tseslint.config(
  // k6 runs its script itself, with modules of its own.
  { ignores: ['dist/', 'coverage/', 'results/', 'eslint.config.js', 'bench/clients/k6.js'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Numbers in messages are the point of this program.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // An index that a loop has just bounded needs no second proof.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  {
    rules: {
      'no-restricted-globals': [
        'error',
        ...['AsyncDisposableStack', 'DisposableStack'].map((name) => ({
          name,
          message: 'Node 22 has none.',
        })),
      ],
    },
  },
  {
    files: ['**/*.test.ts', '**/testing/*.ts'],
    ignores: ['src/base/testing/programs.ts'],
    rules: {
      // A program that runs beside a test must end with it, even if the test fails.
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          paths: ['node:child_process', 'child_process'].map((name) => ({
            name,
            importNames: ['spawn', 'fork', 'exec', 'execFile', 'default'],
            allowTypeImports: true,
            message: 'Tests start programs with src/base/testing/programs.ts, which also ends them.',
          })),
        },
      ],
    },
  },
);
