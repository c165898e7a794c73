/** The cubic kernel's parameter, as PyTorch and OpenCV have it. */
const a = -0.75;

/** Rows and columns of a plane. */
export interface PlaneSize {
  readonly height: number;
  readonly width: number;
}

/**
 * Resizes planes as PyTorch's `F.interpolate(mode='bicubic', align_corners=False)` does: cubic convolution with
 * a = -0.75 at half-pixel centres, edge values repeated, no antialiasing.
 * @param values [planes, from.height, from.width]
 * @returns [planes, to.height, to.width]; `values` itself when the size stays
 */
export function resizePlanesTo(values: Float32Array, planes: number, from: PlaneSize, to: PlaneSize): Float32Array {
  if (from.height === to.height && from.width === to.width) return values;
  const rowTaps = cubicTaps(from.width, to.width);
  const columnTaps = cubicTaps(from.height, to.height);
  const [given, made] = [from.height * from.width, to.height * to.width];
  const resized = new Float32Array(planes * made);
  const narrowed = new Float32Array(from.height * to.width);
  for (let plane = 0; plane < planes; plane++) {
    resizeRows(values.subarray(plane * given, (plane + 1) * given), narrowed, from, to.width, rowTaps);
    resizeColumns(narrowed, resized.subarray(plane * made, (plane + 1) * made), to, columnTaps);
  }
  return resized;
}

/** The same for square planes. @param values [planes, from, from] @returns [planes, to, to] */
export function resizePlanes(values: Float32Array, planes: number, from: number, to: number): Float32Array {
  return resizePlanesTo(values, planes, { height: from, width: from }, { height: to, width: to });
}

interface CubicTaps {
  /** Four clamped input positions per output position, [4 * to]. */
  readonly positions: Int32Array;
  readonly weights: Float32Array;
}

function cubicTaps(from: number, to: number): CubicTaps {
  const positions = new Int32Array(4 * to);
  const weights = new Float32Array(4 * to);
  for (let i = 0; i < to; i++) {
    const center = ((i + 0.5) * from) / to - 0.5;
    const first = Math.floor(center) - 1;
    for (let tap = 0; tap < 4; tap++) {
      positions[4 * i + tap] = Math.min(from - 1, Math.max(0, first + tap));
      weights[4 * i + tap] = cubic(Math.abs(center - first - tap));
    }
  }
  return { positions, weights };
}

/** Keys' cubic convolution kernel at distance x from its centre, 0 <= x <= 2. */
function cubic(x: number): number {
  return x <= 1
    ? ((a + 2) * x - (a + 3)) * x * x + 1
    : ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
}

/** [from.height, from.width] to [from.height, to]. */
function resizeRows(source: Float32Array, target: Float32Array, from: PlaneSize, to: number, taps: CubicTaps): void {
  const { positions, weights } = taps;
  for (let y = 0; y < from.height; y++) {
    const row = y * from.width;
    for (let x = 0, tap = 0; x < to; x++, tap += 4) {
      target[y * to + x] = source[row + positions[tap]] * weights[tap]
        + source[row + positions[tap + 1]] * weights[tap + 1]
        + source[row + positions[tap + 2]] * weights[tap + 2]
        + source[row + positions[tap + 3]] * weights[tap + 3];
    }
  }
}

/** [rows, to.width] to [to.height, to.width]. */
function resizeColumns(source: Float32Array, target: Float32Array, to: PlaneSize, { positions, weights }: CubicTaps): void {
  for (let y = 0; y < to.height; y++) {
    const [p0, p1, p2, p3] = [0, 1, 2, 3].map((tap) => positions[4 * y + tap] * to.width);
    const [w0, w1, w2, w3] = [0, 1, 2, 3].map((tap) => weights[4 * y + tap]);
    for (let x = 0; x < to.width; x++) {
      target[y * to.width + x] = source[p0 + x] * w0 + source[p1 + x] * w1 + source[p2 + x] * w2 + source[p3 + x] * w3;
    }
  }
}
