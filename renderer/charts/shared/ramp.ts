/** Stops of a dark-to-bright ramp that keeps its order in grey and for colour-blind eyes (blue over teal to yellow). */
const stops: readonly (readonly [number, number, number])[] = [[47, 62, 130], [38, 114, 140], [46, 158, 120], [140, 190, 66], [236, 208, 48]];

/** The ramp's colour at `share`, 0 to 1, as three numbers from 0 to 255. */
export function rampRgb(share: number): [number, number, number] {
  const at = Math.max(0, Math.min(1, Number.isFinite(share) ? share : 0)) * (stops.length - 1);
  const index = Math.min(stops.length - 2, Math.floor(at));
  const mix = (channel: number): number => Math.round(stops[index][channel] + (at - index) * (stops[index + 1][channel] - stops[index][channel]));
  return [mix(0), mix(1), mix(2)];
}

export function rampColor(share: number): string {
  return `rgb(${rampRgb(share).join(' ')})`;
}
