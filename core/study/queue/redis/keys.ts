/** Of everything that Pocketformer keeps in a Redis; BullMQ's own keys begin with it, too. */
export const prefix = 'pocketformer';
export const queueName = 'chunks';

export const keyOf = (...parts: readonly (string | number)[]) => [prefix, ...parts].join(':');
