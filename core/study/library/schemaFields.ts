/** One setting of a study, training or transfer file, as a form shows it. */
export interface FileField {
  readonly path: readonly string[];
  readonly title: string;
  /** One phrase, with units; '' when the title says all. */
  readonly help: string;
  readonly kind: 'text' | 'number' | 'integer' | 'boolean' | 'choice' | 'list' | 'group';
  /** Of what a list is; of a number, that a list of these is accepted in its place. */
  readonly items?: 'text' | 'number' | 'group';
  /** What is taken where nothing is written. */
  readonly default?: unknown;
  readonly choices?: readonly string[];
  /** Ends of what is accepted; the end itself is excluded when `isOpen...`. */
  readonly min?: number;
  readonly max?: number;
  readonly isOpenBelow?: boolean;
  readonly isRequired: boolean;
  /** The field is of use only while another setting has one of these values; `default` is what that one has when not written. */
  readonly when?: { readonly path: readonly string[]; readonly values: readonly string[]; readonly default?: string };
  /** The field is of use only in studies that train, or only in those that score. */
  readonly sort?: 'training' | 'scoring';
}

/** The parts of a JSON schema that are read here. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly items?: JsonSchema | false;
  readonly prefixItems?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
}

/** Names that do not read well by themselves, by the setting's path or, where that is enough, its name. */
const titles: Readonly<Record<string, string>> = {
  space: 'Search space', memoryGiB: 'Memory (GiB)', queue: 'Queue of workers', chunkMinutes: 'Longest chunk (min)', maxMs: 'Limit (ms)', budgetsMs: 'Budgets (ms)', budgetWidthMs: 'Budget width (ms)',
  valImages: 'Validation images', trainImages: 'Training images', valFraction: 'Validation share', imageSize: 'Image size (px)',
  perDevice: 'Architectures per device', precision: 'Precisions', minLearningRate: 'Final learning rate', clipNorm: 'Gradient norm limit', kind: 'Kind of images',
  path: 'Image folder', flip: 'Mirror', randAugment: 'RandAugment', warmupSteps: 'Warm-up steps', healthEverySteps: 'Steps between trials',
  constrain: 'Budgets limit', paramsMin: 'Parameters at least', paramsMax: 'Parameters at most', macsMin: 'MACs at least', macsMax: 'MACs at most', evaluationsPerRound: 'Evaluations per round', predictorGenerations: 'Generations per round',
  predictorPopulation: 'Population inside the predictor', warmStart: 'Studies to begin with',
  arch: 'Architecture', resolution: 'Resolution (px)', preset: 'Published recipe', 'start.study': 'Study', 'start.weights': 'Weights file', head: 'Classifier',
  warmupEpochs: 'Warm-up epochs', cooldownEpochs: 'Cool-down epochs', evaluateEveryEpochs: 'Epochs between evaluations', patienceEpochs: 'Patience (epochs)',
  learningRateBatchSize: 'Rates stated for batches of', learningRateScaling: 'Rates grow with batches', freeze: 'Frozen', retokenization: 'Fewer tokens at first',
  'export.weights': 'Weights exported', otherPrecisions: 'Further precisions', wrongImages: 'Wrong images listed', 'training.stochasticDepth.draws': 'Parts of a batch', minImprovement: 'Smallest improvement',
  checkpointEverySteps: 'Steps between checkpoints', microBatchSize: 'Micro-batch size',
  decayConvolutions: 'Decay convolutions too', adaptiveClip: 'Adaptive clipping', averageDecay: 'Moving average of weights',
  smallestLoss: 'Loss of the smallest subnet',
  'search.evaluations': 'Architectures drawn',
  proxy: 'Score', firstPopulation: 'Begin with the best by a score', preference: 'Preference', 'scoring.seeds': 'Initialisations', inputs: 'Inputs',
  walk: 'Walk over the buckets', windowMacs: 'Window (MACs)',
  performance: 'Performance-aware sampling', 'training.performance.enabled': 'Remember good subnets', bankCapacity: 'Memory of a small bucket',
  largeBankCapacity: 'Memory of a large bucket', largeFromMacs: 'Large buckets from (MACs)', exploitStart: 'Exploit probability',
  exploitRise: 'Rise of the probability', exploitRises: 'Number of rises', rescoreEverySteps: 'Steps between scorings',
  labelShare: 'Share of the labels', 'training.distillation.cache': 'Keep answers on disk',
  mix: 'Mixed images', mixup: 'Mixup alpha', cutmix: 'CutMix alpha', 'training.mix.probability': 'Share of mixed batches',
  switchProbability: 'Share of CutMix', conflict: 'Gradient conflict', 'training.conflict.everySteps': 'Steps between measurements',
};

/** All settings of a file's JSON schema, in the file's order; a group comes before its settings. */
export const fieldsOf = (schema: JsonSchema): FileField[] => fieldsIn(schema, [], undefined);

function fieldsIn(schema: JsonSchema, path: readonly string[], when: FileField['when']): FileField[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, setting]) => {
    const own = [...path, name];
    const isRequired = schema.required?.includes(name) ?? false;
    const options = setting.oneOf ?? setting.anyOf;
    const alternatives = options?.every(({ properties }) => properties?.kind?.const !== undefined) ? options : undefined;
    if (alternatives) return [fieldOf(setting, own, isRequired, when, 'group'), ...fieldsOfKinds(alternatives, own)];
    return [fieldOf(setting, own, isRequired, when), ...fieldsIn(setting, own, when)];
  });
}

/** One choice of the kind, and then the settings of each. */
function fieldsOfKinds(alternatives: readonly JsonSchema[], path: readonly string[]): FileField[] {
  const kindPath = [...path, 'kind'];
  const kinds = alternatives.map(({ properties }) => String(properties?.kind?.const));
  const help = alternatives.map(({ properties }, i) => `${kinds[i]}: ${properties?.kind?.description ?? ''}`).join('; ');
  const kind: FileField = { path: kindPath, title: titleOf(kindPath), help, kind: 'choice', choices: kinds, isRequired: true };
  return [kind, ...alternatives.flatMap((alternative, i) => fieldsIn(alternative, path, { path: kindPath, values: [kinds[i]] })
    .filter(({ path: [, name] }) => name !== 'kind'))];
}

function fieldOf(
  schema: JsonSchema, path: readonly string[], isRequired: boolean, when: FileField['when'], kind = kindOf(schema),
): FileField {
  const { description = '', enum: values } = schema;
  const { minimum, exclusiveMinimum, maximum } = numberIn(schema) ?? schema;
  const items = itemsOf(schema);
  const hasDefault = schema.default !== undefined && kind !== 'group';
  const min = exclusiveMinimum ?? (isLimit(minimum) ? minimum : undefined);
  return {
    path, title: titleOf(path), help: description, kind, isRequired,
    ...(hasDefault ? { default: schema.default } : {}),
    ...(items ? { items } : {}),
    ...(values ? { choices: values.map(String) } : {}),
    ...(min !== undefined ? { min } : {}),
    ...(exclusiveMinimum !== undefined ? { isOpenBelow: true } : {}),
    ...(isLimit(maximum) ? { max: maximum } : {}),
    ...(when ? { when } : {}),
  };
}

function kindOf(schema: JsonSchema): FileField['kind'] {
  if (schema.enum) return 'choice';
  switch (schema.type) {
    case 'number': case 'integer': case 'boolean': return schema.type;
    case 'array': return 'list';
    case 'object': return 'group';
    default: return numberIn(schema) ? 'integer' : 'text';
  }
}

/** The whole number of "a whole number, or a list in its place". */
function numberIn({ anyOf }: JsonSchema): JsonSchema | undefined {
  return anyOf?.length === 2 && anyOf.some(({ type }) => type === 'array') ? anyOf.find(({ type }) => type === 'integer') : undefined;
}

function itemsOf(schema: JsonSchema): FileField['items'] {
  const list = numberIn(schema) ? schema.anyOf?.find(({ type }) => type === 'array') : schema;
  if (list?.type !== 'array') return undefined;
  const { type } = list.items || list.prefixItems?.[0] || {};
  return type === 'number' || type === 'integer' ? 'number' : type === 'string' ? 'text' : 'group';
}

/** Whole numbers are limited by what a number holds, which is no limit for people. */
const isLimit = (value: number | undefined): value is number => value !== undefined && Math.abs(value) < Number.MAX_SAFE_INTEGER;

/** "batchSize" as "Batch size". */
function titleOf(path: readonly string[]): string {
  const name = path[path.length - 1];
  const words = name.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return titles[path.join('.')] ?? titles[name] ?? words.charAt(0).toUpperCase() + words.slice(1);
}
