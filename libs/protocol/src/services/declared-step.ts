import { IsInt, IsObject, IsUUID, Max, Min } from 'class-validator';
import { Nested, Nullable, Text } from '../wire/validation.js';

/** What an operation is about. */
export class StepTarget {
  @Text(100)
  type: string;

  @IsUUID()
  id: string;
}

/** Which operation a step is part of. */
export class StepOperation {
  @IsUUID()
  id: string;

  @Text(100)
  kind: string;

  @IsUUID()
  userId: string;

  /** Null where the system asked for it. */
  @Nullable()
  @IsUUID()
  actorId: string | null;

  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
  seq: number;

  @Nested(() => StepTarget)
  target: StepTarget;
}

/** The body of a step that a manifest declares. */
export class DeclaredStepBody {
  @Nested(() => StepOperation)
  operation: StepOperation;

  /** What the client sent, or what the follow-on was mapped from; the service holds it to the shape that it declares. */
  @IsObject()
  input: Record<string, unknown>;

  /** The answers of the service's own steps before it, by their names. */
  @IsObject()
  answers: Record<string, Record<string, unknown>>;
}
