// The order in which test files begin: those of whole systems, the largest first, and then those of single units, which
// take a second each. So all workers end at about the same time. By size alone, as jest has it where it does not know
// yet how long a file takes, short files of whole systems come last, and the others wait for them.
const path = require('node:path');
const { default: Sequencer } = require('@jest/test-sequencer');

const ROOT = path.resolve(__dirname, '../..');
const SYSTEMS = ['test', 'examples'].map((folder) => path.join(ROOT, folder) + path.sep);

module.exports = class extends Sequencer {
  sort(tests) {
    const files = super.sort(tests);
    const isOfSystems = (file) => SYSTEMS.some((folder) => file.path.startsWith(folder));
    return [...files.filter(isOfSystems), ...files.filter((file) => !isOfSystems(file))];
  }
};
