export type { components } from './api.js';
export { NoStream } from './events.js';
export { isOver, OperationCancelled, type Outcome } from './operations.js';
export { isProblem, type Problem, type ProblemCode, TurnpikeProblem, UnexpectedAnswer } from './problem.js';
export type { AnswerOf, DirectPath, Operation, ReadPath, ResultOf, WritePath } from './routes.js';
export { inMemory, type SessionTokens, type TokenStorage } from './session.js';
export {
  type Accepted,
  type Answer,
  type OperationEvent,
  type OperationOptions,
  type ReadOptions,
  Turnpike,
  type TurnpikeOptions,
  type WriteOptions,
} from './turnpike.js';
