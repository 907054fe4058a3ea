import { onBehalfOfAll } from './fair-queue.js';

/**
 * Shares one answer among all who ask within some milliseconds of the question, or before it was answered, and an
 * error as well: what anybody may ask without limit costs no more than one question in that time.
 * @param ms how old an answer may be, from when it was asked for
 * @param errorMs how old an error may be
 */
export function sharedFor<Answer>(
  ms: number,
  ask: () => Promise<Answer>,
  errorMs = ms,
): () => Promise<Answer> {
  let answer: Promise<Answer> | null = null;
  let goodUntil = -Infinity;
  let isUnanswered = false;
  const askAnew = async (): Promise<Answer> => {
    isUnanswered = true;
    goodUntil = performance.now() + ms;
    try {
      return await onBehalfOfAll(ask);
    } catch (error) {
      goodUntil += errorMs - ms;
      throw error;
    } finally {
      isUnanswered = false;
    }
  };
  return () => {
    if (!answer || (!isUnanswered && performance.now() >= goodUntil)) answer = askAnew();
    return answer;
  };
}
