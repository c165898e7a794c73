const claim = (device: string) => `${device}: latencies are extrapolated, so their intervals are wide`;

/**
 * What a study says where a space holds more than a device's model was fitted to.
 * @param outOfRange what is beyond the measurements, at least one
 */
export function extrapolationWarning(device: string, outOfRange: readonly string[]): string {
  return `${claim(device)} (${outOfRange.slice(0, 2).join('; ')}${outOfRange.length > 2 ? '; ...' : ''}).`;
}

/** The warning that a study has about a device's latencies; undefined where it has none. */
export function findExtrapolation(device: string, warnings: readonly string[]): string | undefined {
  return warnings.find((warning) => warning.startsWith(claim(device)));
}
