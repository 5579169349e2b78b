/** GENERATED from package.json by `npm run docs:generate`. */
export const PACKAGE_VERSION = '0.1.0';
