import type { Evidence } from '../deviceModel.ts';
import type { PlacedMeasurement } from '../measurements/parseMeasurements.ts';

/** The measurements that a fit was made to, by session, sessions in the order of their first measurement. */
export function evidenceOf(placed: readonly PlacedMeasurement[]): Evidence[] {
  const sessions = new Map<string, Evidence>();
  for (const { measurement: { way, session, of, measuredAt, reference } } of placed) {
    if (of.kind === 'unknown') continue;
    const key = session ?? `import ${way}`;
    const known = sessions.get(key);
    const day = [known?.measuredOn, measuredAt?.slice(0, 10)].filter((each) => each !== undefined).sort().at(-1);
    sessions.set(key, {
      way, ...(session !== undefined && { session }),
      networks: (known?.networks ?? 0) + (of.kind === 'network' ? 1 : 0), parts: (known?.parts ?? 0) + (of.kind === 'network' ? 0 : 1),
      ...(day !== undefined && { measuredOn: day }), ...((known?.reference ?? reference) && { reference: known?.reference ?? reference }),
    });
  }
  return [...sessions.values()];
}
