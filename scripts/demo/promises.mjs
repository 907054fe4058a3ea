// What was promised, and what was seen of it. The demo's exit code is decided here.
import { bold, dim, green, line, red } from './print.mjs';

const kept = [];

/**
 * Notes a promise with the figures that show it.
 * @param holds null where it could not be looked at, which breaks nothing but is said
 */
export function promise(text, holds, figures) {
  kept.push({ text, holds, figures });
}

/** Prints the list. @returns whether every promise that was looked at holds, and there is one at least */
export function verdict() {
  console.log(`\n${bold('What was promised')}\n`);
  for (const { text, holds, figures } of kept) {
    line(`${sign(holds)} ${text}`);
    line(`  ${dim(figures)}`);
  }
  const broken = kept.filter(({ holds }) => holds === false).length;
  const unseen = kept.filter(({ holds }) => holds === null).length;
  const looked = kept.length - unseen;
  line();
  line(
    broken === 0 ? green(`All ${looked} promises hold.`) : red(`${broken} of ${looked} promises are broken.`),
  );
  if (unseen > 0) line(`${unseen} could not be looked at.`);
  return broken === 0 && looked > 0;
}

function sign(holds) {
  if (holds === null) return '–';
  return holds ? green('✓') : red('✗');
}
