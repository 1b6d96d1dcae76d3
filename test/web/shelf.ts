import type { WebParts } from '../../src/web/parts.ts';

const terms = {
  recogniser: 'net-1', numbers: 128, bytes: 1000, embedded: 2, licence: 'CC0', origin: 'here', trainedOn: 'pictures',
  measuredOn: null, correctedBy: null,
}; // prettier-ignore

/** Two packs, the second of which cannot be read. */
export function aShelf(): WebParts['packs'] {
  const names = ['one', 'two'];
  return {
    list: async () => ({
      packs: [
        { name: 'one', isAdded: false, isUsed: true, fault: null, terms },
        { name: 'two', isAdded: true, isUsed: false, fault: 'it is damaged', terms: null },
      ],
      faces: 2,
      wanted: null,
      complaint: null,
    }),
    compare: async (name) =>
      names.includes(name)
        ? { outcome: 'begun' }
        : { outcome: 'refused', message: `cannot compare the model pack "${name}"` },
    comparison: () => ({ state: 'none' }),
    use: async (name) =>
      names.includes(name)
        ? { outcome: 'begun', former: 'one', waiting: 2 }
        : { outcome: 'refused', message: `cannot use the model pack "${name}"` },
  };
}
