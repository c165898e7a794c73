import { describe, expect, it } from 'vitest';
import { phoneWords } from '../../../renderer/screens/devices/calibrate/phoneWords.ts';

const facts = {
  device: 'Google Pixel 4', systemOnChip: 'QTI SM8150', operatingSystem: 'Android 13', processors: 8, condition: { temperatureC: 31.2, batteryPercent: 87, isCharging: true },
};
const phone: Parameters<typeof phoneWords>[0] = { serial: 'FLAME1', state: 'device', model: 'Pixel 4', remedy: null, facts };

describe('an attached phone in words', () => {
  it('has its serial number, chip, system, temperature and battery', () => {
    expect(phoneWords(phone)).toBe('FLAME1 · QTI SM8150 · Android 13 · 8 processors · 31.2 °C · battery 87 %, charging');
    expect(phoneWords({ ...phone, facts: { ...facts, condition: { temperatureC: 38 } } })).toMatch(/38 °C, warm: let it rest$/);
  });

  it('says why it cannot be used, and what to do', () => {
    expect(phoneWords({ ...phone, state: 'unauthorized', facts: null, remedy: 'unlock it and allow USB debugging in the dialog that it shows' }))
      .toBe('FLAME1 has not allowed this computer yet: unlock it and allow USB debugging in the dialog that it shows.');
    expect(phoneWords({ ...phone, facts: null })).toBe('FLAME1 · it does not say more');
  });
});
