// How the story looks: plain text of at most 100 columns; colours only where a terminal shows them.
const COLOURED = process.stdout.isTTY === true && !process.env.NO_COLOR;
const REQUEST_WIDTH = 44;

const styled = (code) => (text) => (COLOURED ? `\x1b[${code}m${text}\x1b[0m` : String(text));
export const bold = styled(1);
export const dim = styled(2);
export const green = styled(32);
export const red = styled(31);

export function chapter(number, title) {
  console.log(`\n${bold(`${number}  ${title}`)}\n`);
}

export function line(text = '') {
  console.log(text === '' ? '' : `   ${text}`);
}

/** One request and what came of it. */
export function exchange(request, status, note = '') {
  line(`${request.padEnd(REQUEST_WIDTH)} ${status}  ${note}`.trimEnd());
}

/** Rows of equal length below their titles; figures stand to the right. */
export function table(titles, rows) {
  const cells = rows.map((row) => row.map((cell) => (cell === null ? '–' : String(cell))));
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...cells.map((row) => row[column].length)),
  );
  const isFigure = titles.map((_, column) => rows.every((row) => typeof row[column] === 'number'));
  const format = (row) =>
    row
      .map((cell, column) => (isFigure[column] ? cell.padStart(widths[column]) : cell.padEnd(widths[column])))
      .join('   ')
      .trimEnd();
  line(dim(format(titles)));
  cells.forEach((row) => line(format(row)));
}

/** Ids of one minute begin alike; their ends tell them apart. */
export function short(id) {
  return `…${id.slice(-6)}`;
}

/** `2 succeeded, 1 failed`, in the order in which they were counted first. */
export function counted(values) {
  const counts = new Map();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].map(([value, count]) => `${count} ${value}`).join(', ') || 'none';
}
