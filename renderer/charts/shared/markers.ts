/** The outline of each tone's marker about (0, 0), of equal visual weight, for a radius of 1. */
const outlines = [
  'M-1 0A1 1 0 1 0 1 0A1 1 0 1 0-1 0Z',
  'M-.9-.9H.9V.9H-.9Z',
  'M0-1.2L1.1 .8H-1.1Z',
  'M0-1.3L1.1 0L0 1.3L-1.1 0Z',
  'M0 1.2L1.1-.8H-1.1Z',
  'M-.4-1.1H.4V-.4H1.1V.4H.4V1.1H-.4V.4H-1.1V-.4H-.4Z',
  'M0-1.15L1 -.57V.57L0 1.15L-1 .57V-.57Z',
  'M0-1.35L.35-.45L1.3-.42L.56 .18L.8 1.1L0 .56L-.8 1.1L-.56 .18L-1.3-.42L-.35-.45Z',
];

/** The marker of a tone, 1 to 8, as an SVG path about (0, 0) to be scaled by its radius. */
export function markerPath(tone: number): string {
  return outlines[(tone - 1 + outlines.length * 8) % outlines.length];
}

/** ECharts' names of the same shapes, for the charts that it draws. */
export function markerSymbol(tone: number): string {
  return `path://${markerPath(tone)}`;
}
