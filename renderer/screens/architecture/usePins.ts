import { defineStore } from 'pinia';
import { shallowRef } from 'vue';

export interface Pin {
  readonly space: string;
  /** A published name or JSON: what stands for the architecture without its study. */
  readonly reference: string;
  readonly label: string;
}

const storageKey = 'pocketformer.pinnedArchitectures';

/** Architectures that the person keeps at hand, whatever study they come from. */
export const usePins = defineStore('architecturePins', () => {
  const pins = shallowRef<readonly Pin[]>(stored());

  function save(next: readonly Pin[]): void {
    pins.value = next.slice(-50);
    localStorage.setItem(storageKey, JSON.stringify(pins.value));
  }
  return {
    pins,
    has: (space: string, reference: string) => pins.value.some((pin) => pin.space === space && pin.reference === reference),
    toggle(pin: Pin): void {
      const others = pins.value.filter(({ space, reference }) => space !== pin.space || reference !== pin.reference);
      save(others.length < pins.value.length ? others : [...others, pin]);
    },
  };
});

function stored(): Pin[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(storageKey) ?? '[]');
    return Array.isArray(value) ? value.filter(isPin) : [];
  } catch {
    // Another program's or an older version's text: pins are a convenience, so begin anew.
    return [];
  }
}

function isPin(value: unknown): value is Pin {
  const pin = value as Partial<Pin> | null;
  return typeof pin?.space === 'string' && typeof pin.reference === 'string' && typeof pin.label === 'string';
}
