import type { Sample } from '@turnpike/protocol';
import { Paper, useComputedColorScheme } from '@mantine/core';
import { type ReactElement, useEffect, useRef } from 'react';
import Plot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { Heading } from './parts.js';
import { duration, useIsOlder } from './clock.js';

interface Line {
  name: string;
  /** The number of the colour in the style sheet. */
  colour: 1 | 2 | 3;
  of: (sample: Sample) => number | null;
}

interface ChartProps {
  title: string;
  samples: readonly Sample[];
  lines: readonly Line[];
  show: (value: number) => string;
}

const HEIGHT = 170;

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });

/** Seconds: an hour, or as long as there is something to see, but not so short that noise looks like news. */
const LONGEST = 3600;
const SHORTEST = 300;

/** Milliseconds after which the last sample says nothing of now: six in a row are missing. */
export const OLD_SAMPLE_MS = 30_000;

const RATES: readonly Line[] = [
  { name: 'accepted', colour: 1, of: ({ acceptedPerSecond }) => acceptedPerSecond },
  { name: 'finished', colour: 2, of: ({ finishedPerSecond }) => finishedPerSecond },
  { name: 'without success', colour: 3, of: ({ unsuccessfulPerSecond }) => unsuccessfulPerSecond },
];
const TIMES: readonly Line[] = [
  { name: '50 %', colour: 1, of: ({ p50Ms }) => p50Ms },
  { name: '95 %', colour: 2, of: ({ p95Ms }) => p95Ms },
  { name: '99 %', colour: 3, of: ({ p99Ms }) => p99Ms },
];
const WAITING: readonly Line[] = [
  { name: 'waiting', colour: 1, of: ({ waiting }) => waiting },
  { name: 'running', colour: 2, of: ({ running }) => running },
  { name: 'in retry', colour: 3, of: ({ retrying }) => retrying },
];

/** The last hour. */
export function Charts({ samples }: { samples: readonly Sample[] }): ReactElement {
  return (
    <div className="charts">
      <Chart title="Writes per second" samples={samples} lines={RATES} show={(value) => round(value)} />
      <Chart title="From acceptance to the end" samples={samples} lines={TIMES} show={duration} />
      <Chart
        title="Writes that have not ended"
        samples={samples}
        lines={WAITING}
        show={(value) => round(value)}
      />
    </div>
  );
}

function Chart({ title, samples, lines, show }: ChartProps): ReactElement {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot>(null);
  const scheme = useComputedColorScheme();
  const data = dataOf(samples, lines);
  const latest = useRef(data);
  useEffect(() => {
    latest.current = data;
    plot.current?.setData(data);
  });
  useEffect(() => {
    const element = place.current!;
    const drawn = new Plot(optionsFor(element, lines, show), latest.current, element);
    plot.current = drawn;
    const observer = new ResizeObserver(() => drawn.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      drawn.destroy();
    };
    // Colours are drawn, so that a change of them needs a new drawing.
  }, [scheme, lines, show]);
  const last = samples.at(-1);
  const isOld = useIsOlder(last ? Date.parse(last.at) : 0, OLD_SAMPLE_MS);
  const spoken = lines
    .map(({ name, of }) => `${name} ${last && !isOld ? said(of(last), show) : 'unknown'}`)
    .join(', ');
  return (
    <Paper component="figure" className="card chart">
      <figcaption>
        <Heading>{title}</Heading>
        <span className="legend">
          {lines.map(({ name, colour }) => (
            <span key={name} className={`line-${colour}`}>
              {name}
            </span>
          ))}
        </span>
      </figcaption>
      <div ref={place} role="img" aria-label={`${title} over the last hour; now: ${spoken}`} />
    </Paper>
  );
}

function dataOf(samples: readonly Sample[], lines: readonly Line[]): Plot.AlignedData {
  return [samples.map(({ at }) => Date.parse(at) / 1000), ...lines.map(({ of }) => samples.map(of))];
}

function optionsFor(element: HTMLElement, lines: readonly Line[], show: ChartProps['show']): Plot.Options {
  const colour = (name: string): string => getComputedStyle(element).getPropertyValue(name);
  const axis = {
    stroke: colour('--axis'),
    grid: { stroke: colour('--grid'), width: 1 },
    ticks: { show: false },
    font: '11px system-ui, sans-serif',
  };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false } },
    scales: {
      x: { range: (_plot, min) => shownBetween(min) },
      y: { range: (_plot, _min, max) => [0, Math.max(max, 1) * 1.1] },
    },
    axes: [
      { ...axis, size: 28, values: (_plot, times) => times.map((at) => clock.format(at * 1000)) },
      { ...axis, size: 62, values: (_plot, values) => values.map((value) => show(value)) },
    ],
    series: [{}, ...lines.map(({ colour: number }) => ({ stroke: colour(`--line-${number}`), width: 1.5 }))],
  };
}

/** Up to now, and not to the last sample: what was not measured is a gap at the end. Of no samples it is the last minutes. */
function shownBetween(first: number | null): [number, number] {
  const end = Date.now() / 1000;
  return [Math.max(end - LONGEST, Math.min(first ?? end, end - SHORTEST)), end];
}

function round(value: number): string {
  return value.toLocaleString(undefined, { maximumFractionDigits: 1 });
}

function said(value: number | null, show: ChartProps['show']): string {
  return value === null ? 'none' : show(value);
}
