import { onBehalfOfAll } from './fair-queue.js';

/**
 * Shares one answer among all who ask within some milliseconds of the question, or before it was answered, and an
 * error as well: what anybody may ask without limit costs no more than one question in that time.
 * @param ms how old an answer may be, from when it was asked for
 */
export function sharedFor<Answer>(ms: number, ask: () => Promise<Answer>): () => Promise<Answer> {
  let answer: Promise<Answer> | null = null;
  let askedAt = -Infinity;
  let isUnanswered = false;
  const askAnew = async (): Promise<Answer> => {
    isUnanswered = true;
    askedAt = performance.now();
    try {
      return await onBehalfOfAll(ask);
    } finally {
      isUnanswered = false;
    }
  };
  return () => {
    if (!answer || (!isUnanswered && performance.now() - askedAt >= ms)) answer = askAnew();
    return answer;
  };
}
