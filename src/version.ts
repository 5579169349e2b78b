/** GENERATED from package.json by `npm run docs:generate` and `npm version`. */
export const PACKAGE_VERSION = '0.1.0';
