/** The field's words as this window uses them. */
export const words: readonly { readonly word: string; readonly meaning: string }[] = [
  { word: 'Search space', meaning: 'All architectures that can be put together from a few choices: resolution, and for each stage its depth, width, kernel size or MLP ratio.' },
  { word: 'Supernet', meaning: 'One network whose weights all architectures of a space share. It is trained once; any architecture is a slice of it.' },
  { word: 'Subnet', meaning: 'One architecture with its slice of the supernet\'s weights.' },
  { word: 'Training', meaning: 'One network trained by itself until it is finished, from fresh weights or from what the supernet has learned for it, with a file of its own.' },
  { word: 'Transfer', meaning: 'The winners of a study\'s devices trained on other images, each with several seeds, and what becomes of their accuracies and of the fronts.' },
  { word: 'MACs', meaning: 'Multiply-accumulates of one image: convolutions, linear layers and attention products. Not the same as time on a phone.' },
  { word: 'Latency', meaning: 'Predicted time of one image on a phone, from measurements of single blocks. The interval holds nine times in ten; blocks unlike any that was measured widen it.' },
  { word: 'Budget', meaning: 'The longest latency that you can afford on a device. Fronts and tables count only what lies within it.' },
  { word: 'Pareto front', meaning: 'The architectures that no other one beats in both accuracy (or score) and latency.' },
  { word: 'Hypervolume', meaning: 'The area that a front covers up to a reference point: one number for how good it is. Compare only numbers with the same reference point.' },
  { word: 'Proxy', meaning: 'A score of an architecture without training it: read off the blocks, or computed with untrained weights. A study that trains nothing ranks by one.' },
  { word: 'Kendall\'s tau', meaning: 'How far two orders agree: 1 for the same order, 0 for unrelated ones, -1 for the reverse. Of any two architectures, (1 + tau) / 2 are put in the right order.' },
  { word: 'Inherited accuracy', meaning: 'Accuracy with the supernet\'s weights as they are. Training the architecture by itself usually raises it; the order is what counts.' },
];

/** What a study's folder holds. */
export const folderEntries: readonly { readonly name: string; readonly holds: string }[] = [
  { name: 'study.yaml', holds: 'what you asked for' },
  { name: 'events.ndjson', holds: 'everything that happened, a line each; the charts are drawn from it' },
  { name: 'checkpoints/', holds: 'where a stopped or crashed study goes on' },
  { name: 'results/', holds: 'fronts and summary, as JSON and as pictures; a line for every export' },
  { name: 'models/', holds: 'ONNX files, each checked in ONNX Runtime' },
  { name: 'cache/', holds: 'decoded images and indexes; can be deleted' },
];
