import { Injectable, Logger } from '@nestjs/common';
import type { BreakerState } from '@turnpike/protocol';
import {
  BrokenCircuitError,
  circuitBreaker,
  type CircuitBreakerPolicy,
  CircuitState,
  ConstantBackoff,
  CountBreaker,
  handleAll,
} from 'cockatiel';

/** A breaker opens when half of the last calls failed; of fewer than that many nothing is concluded. */
const LAST_CALLS = 40;
const MIN_CALLS = 20;
const FAILED_SHARE = 0.5;

/**
 * Milliseconds until an open breaker lets one call try. Pauses that grow, to 5 s, kept a service away that had long been
 * back; and who is refused meanwhile is told to come again after a second. One call a second hammers nobody.
 */
const TRY_AGAIN_MS = 1000;

/** Isolated is who was opened by hand, which nobody does here. */
const STATES: Readonly<Record<CircuitState, BreakerState>> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.HalfOpen]: 'half-open',
  [CircuitState.Isolated]: 'open',
};

/**
 * One circuit breaker for each service, for everything that this process asks of it: a dead service is not
 * hammered. While one is open, steps of that service are answered as if it had not, so their operations wait
 * in retry, in order, and none fails for it.
 */
@Injectable()
export class Breakers {
  private readonly logger = new Logger(Breakers.name);
  private readonly policies = new Map<string, CircuitBreakerPolicy>();

  /** @throws BrokenCircuitError without calling when the breaker is open */
  call<Answer extends { status: number }>(service: string, send: () => Promise<Answer>): Promise<Answer> {
    return this.policyOf(service).execute(send);
  }

  /** How this process has found the services that take part. */
  states(): Partial<Record<string, BreakerState>> {
    return Object.fromEntries([...this.policies].map(([service, { state }]) => [service, STATES[state]]));
  }

  private policyOf(service: string): CircuitBreakerPolicy {
    const policy = this.policies.get(service) ?? this.breakerOf(service);
    this.policies.set(service, policy);
    return policy;
  }

  private breakerOf(service: string): CircuitBreakerPolicy {
    const failures = handleAll.orWhenResult((answer) => (answer as { status: number }).status >= 500);
    const policy = circuitBreaker(failures, {
      breaker: new CountBreaker({
        threshold: FAILED_SHARE,
        size: LAST_CALLS,
        minimumNumberOfCalls: MIN_CALLS,
      }),
      halfOpenAfter: new ConstantBackoff(TRY_AGAIN_MS),
    });
    policy.onBreak(() => this.logger.warn(`${service} fails: its calls are held back.`));
    policy.onReset(() => this.logger.log(`${service} answers again.`));
    return policy;
  }
}

/** @returns whether the call was not made because the breaker is open */
export function isBroken(error: unknown): boolean {
  return error instanceof BrokenCircuitError;
}
