import { describeArchitecture } from '../../../core/api/handlers/architectures.ts';
import type { ArchitectureDetail } from '../../../core/api/contract/types.ts';

/** A published network of ElasticViT as the core describes it to the window. */
export function published(name: string): Promise<ArchitectureDetail> {
  return describeArchitecture({ space: 'elasticvit', arch: name, devices: ['pixel4', 'pixel6'] });
}
