// Our sources import `./x.js`, which is the name after the build; tests read `./x.ts`. Foreign packages are left
// alone, and a moduleNameMapper for this would make warm runs five times slower.
const path = require('node:path');

module.exports = function resolve(request, options) {
  const isOurs = request.startsWith('.') && !options.basedir.includes(`${path.sep}node_modules${path.sep}`);
  return options.defaultResolver(isOurs ? request.replace(/\.js$/, '.ts') : request, options);
};
