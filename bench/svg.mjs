// A plot of horizontal bars, in groups, as SVG: a file that a browser and a document show alike.

const WIDTH = 860;
const LABELS = 230;
const VALUES = 90;
const BAR = 18;
const GAP = 6;
const GROUP_GAP = 22;
const TOP = 64;
const BOTTOM = 30;
const COLOURS = { own: '#1f6feb', other: '#9aa7b4', limit: '#c9b458' };

/** Where the largest value is so many times the smallest, equal steps stand for equal factors. */
const LOG_FROM = 20;

/**
 * @param groups each `{ title, bars: [{ label, value, kind }] }`; a kind is `own`, `other` or `limit`, and a value
 *   that is null is written as `note`
 */
export function barPlot({ title, unit, groups }) {
  const values = groups.flatMap(({ bars }) => bars.map(({ value }) => value)).filter((value) => value > 0);
  const scale = scaleOf(values);
  const lines = [];
  let y = TOP;
  for (const group of groups) {
    lines.push(text(16, y + 12, group.title, 'font-weight="600"'));
    y += GROUP_GAP;
    for (const bar of group.bars) {
      lines.push(...barAt(y, bar, scale));
      y += BAR + GAP;
    }
    y += GROUP_GAP / 2;
  }
  const height = y + BOTTOM;
  const subtitle = scale.log ? `${unit} (logarithmic scale)` : unit;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}"`,
    ' font-family="system-ui, sans-serif" font-size="13" fill="#24292f">',
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    text(16, 26, title, 'font-size="17" font-weight="600"'),
    text(16, 46, subtitle, 'fill="#57606a"'),
    ...lines,
    '</svg>\n',
  ].join('\n');
}

function barAt(y, { label, value, kind = 'own', note = 'not done' }, scale) {
  const width = value > 0 ? Math.max(2, scale.of(value) * (WIDTH - LABELS - VALUES)) : 0;
  const middle = y + BAR / 2 + 5;
  return [
    text(LABELS - 8, middle, label, 'text-anchor="end"'),
    `<rect x="${LABELS}" y="${y}" width="${width.toFixed(1)}" height="${BAR}" rx="2" fill="${COLOURS[kind]}"/>`,
    text(LABELS + width + 6, middle, value === null ? note : formatted(value), 'fill="#57606a"'),
  ];
}

function scaleOf(values) {
  const [smallest, largest] = [Math.min(...values), Math.max(...values)];
  if (largest / smallest < LOG_FROM) return { log: false, of: (value) => value / largest };
  const floor = Math.floor(Math.log10(smallest));
  return { log: true, of: (value) => (Math.log10(value) - floor) / (Math.log10(largest) - floor) };
}

/** With thousands set apart, and as many digits as were measured. */
export function formatted(value) {
  return value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 2 : value < 100 ? 1 : 0 });
}

function text(x, y, content, attributes = '') {
  return `<text x="${x}" y="${y}" ${attributes}>${escaped(content)}</text>`;
}

function escaped(content) {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
