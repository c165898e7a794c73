import type { OutputOf } from '../../../../core/api/contract/contract.ts';

type Phone = NonNullable<OutputOf<'measuring.phones'>['phones']>[number];

/** What people call the states of adb; others are shown as adb calls them. */
const states: Readonly<Record<string, string>> = {
  unauthorized: 'has not allowed this computer yet', offline: 'does not answer', 'no permissions': 'may not be opened by this user', recovery: 'is in recovery mode', sideload: 'is in recovery mode',
};
/** From here on the protocol pauses before it begins. */
const warmC = 36;

/** "FLAME1 · QTI SM8150 · Android 13 · 31.2 °C · battery 87 %, charging", or why it cannot be used and what to do. */
export function phoneWords({ serial, state, remedy, facts }: Phone): string {
  if (remedy !== null) return `${serial} ${states[state] ?? `is ${state}`}: ${remedy}.`;
  if (facts === null) return `${serial} · it does not say more`;
  const { temperatureC, processorTemperatureC, batteryPercent, isCharging } = facts.condition;
  const degrees = temperatureC ?? processorTemperatureC;
  return [
    serial, facts.systemOnChip, facts.operatingSystem,
    ...(facts.processors > 0 ? [`${facts.processors} processors`] : []),
    ...(degrees === undefined ? [] : [`${degrees} °C${temperatureC !== undefined && temperatureC >= warmC ? ', warm: let it rest' : ''}`]),
    ...(batteryPercent === undefined ? [] : [`battery ${batteryPercent} %${isCharging ? ', charging' : ''}`]),
  ].filter((each) => each !== null).join(' · ');
}
