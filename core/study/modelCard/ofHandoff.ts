import type { Engine } from '../../engine/engine.ts';
import type { HandoffFacts } from '../handoff/facts.ts';
import { engineText } from './engineText.ts';
import type { CardOrigin } from './writeCard.ts';

const texts: Readonly<Record<HandoffFacts['weights'], (facts: HandoffFacts) => string>> = {
  untrained: ({ seed }) => `Its weights are untrained, drawn from the seed ${seed}.`,
  inherited: ({ study }) => `Its weights are those that the supernet of the study ${study ?? 'that it was handed over from'} has learned for it.`,
  given: () => 'Its weights are those of a file that was named.',
  trained: () => 'Its weights were trained by the PyTorch program that was handed over, and came back from it.',
};

/** The origin of weights that are handed over, or came back: what the program's own facts tell, which is nothing of images or accuracy. */
export function handoffOrigin(facts: HandoffFacts, engine: Engine, command: string): CardOrigin {
  return {
    weights: { origin: facts.weights, text: texts[facts.weights](facts) }, engine: engineText(engine), data: null, recipe: null, accuracy: null, devices: [], preparation: null, remarks: [],
    reproduce: { commands: [command], files: [], note: facts.weights === 'trained' ? "How it was trained is told by the program's recipe.json and by log.ndjson of its run." : null },
  };
}
