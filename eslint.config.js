import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

export default defineConfig(
  globalIgnores(['dist', 'coverage', '.stryker-tmp', 'reports', 'node_modules', '.data', 'bench/generated']),
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      // Entities, migrations and input classes are decorated classes without methods.
      '@typescript-eslint/no-extraneous-class': 'off',
      // Numbers and booleans are readable in messages; objects are not.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      // Entities and input classes have no methods, so plain objects are given in their place, as TypeORM does.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
    },
  },
  {
    // Size limits. Migrations and generated comments are as long as the schema requires; tests are not limited.
    files: ['src/**/*.ts'],
    ignores: ['src/migrations/**', 'src/entities/comments.ts'],
    rules: {
      'max-lines': ['error', { max: 350, skipBlankLines: false, skipComments: false }],
      'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
    },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: {
      globals: {
        ...{ process: 'readonly', console: 'readonly', URL: 'readonly' },
        ...{ performance: 'readonly', Buffer: 'readonly' },
      },
    },
  },
  prettier,
);
