/*
 * One user's lane: ledger, two workers, two services with inbox, fence and tombstone, a network that delivers
 * late, clients, an operator.
 *
 * One transaction, of the ledger or of a service, is one atomic step. Between two of them everything may
 * happen, so a worker may stall anywhere, be taken for dead, and wake up again. There is no clock: a lease may
 * expire and a deadline may have passed whenever somebody looks. Every fault has a budget, so every run is
 * finite, and "the lane drains" is an assertion in all final states.
 *
 * Without -DREALQ the queue is the worst there can be: it offers the head of the lane at any time, any number
 * of times. With it, jobs are explicit: lost between commit and enqueue, delivered twice, all lost at once, and
 * restored by the reconciler.
 *
 * -DBUG_... takes one rule away, and then an assertion must fail. README.md says which part of the code each
 * part of this file stands for.
 */

#ifndef N
#define N 3                     /* operations */
#endif
#ifndef STEPS
#define STEPS 2                 /* steps of a SAGA, 2 or 3 */
#endif
#ifndef TOS
#define TOS 1                   /* calls without an answer: lost, answer lost, or arriving later */
#endif
#ifndef CRASHES
#define CRASHES 1               /* workers that die */
#endif
#ifndef STALLS
#define STALLS 1                /* leases that expire under a living worker */
#endif
#ifndef DUPS
#define DUPS 1                  /* jobs delivered twice */
#endif
#ifndef FLUSHES
#define FLUSHES 1               /* times that the queue loses everything */
#endif
#ifndef REFUSALS
#define REFUSALS 1              /* steps that a service refuses for a reason of its own */
#endif
#ifndef STUCK
#define STUCK 0                 /* undos that a service refuses */
#endif
#ifndef DEADLINES
#define DEADLINES 1             /* times that a worker finds the deadline passed */
#endif
#ifndef CANCELS
#define CANCELS 0
#endif
#ifndef PAUSES
#define PAUSES 0
#endif
#ifndef VANISH
#define VANISH 0                /* users deleted in the services, past the gateway */
#endif
#ifndef RETRIES
#define RETRIES 0               /* failed operations that an operator repeats */
#endif
#ifndef LAPSES
#define LAPSES 0                /* times that the ledger forgets a claim: a backup was put back */
#endif

/* Kinds. W is any write of one step; SAGA has two or three, like user.update. */
#define W    1
#define SAGA 2
#define DEL  3
#define RES  4
#define REG  5
/* States of an operation; from SUCC on it has ended. */
#define QUEUED   1
#define RUNNING  2
#define RETRYING 3
#define SUCC     4
#define FAILED   5
#define CANC     6
#define REJ      7
/* Answers. DONE to SEALED are recorded and final. */
#define DONE   1
#define NO     2
#define GONE   3
#define SEALED 4
#define STALE  5
#define UNKNOWN 6
/* Calls. */
#define APPLY  1
#define SETTLE 2
#define UNDO   3
/* What is known of a step. */
#define PENDING 0
#define APPLIED 1
#define REFUSED 2
#define SHUT    3
#define UNDONE  4
/* Whether a lane takes writes. */
#define OPEN 0
#define DELETING 1
#define DELETED 2
#define CLOSED 3
#define IDENTITY 1
#define ORDERING 2

#define ended(o) (st[o] >= SUCC)
#define stepsOf(o) (kind[o] == W -> 1 : (kind[o] == SAGA -> STEPS : 2))
/* Deletion begins with ordering, whatever else has steps with identity. */
#define serviceOf(o,k) (kind[o] == W -> ORDERING : (kind[o] == DEL -> 3 - (k) : ((k) == 2 -> ORDERING : IDENTITY)))
#define fen(o,e) ((o) * 16 + (e))
#define at(k,o) (3 * (o) + (k) - 1)
#if N == 3
#define HEAD (!ended(1) -> 1 : (!ended(2) -> 2 : (!ended(3) -> 3 : 4)))
#elif N == 4
#define HEAD (!ended(1) -> 1 : (!ended(2) -> 2 : (!ended(3) -> 3 : (!ended(4) -> 4 : 5))))
#else
#define HEAD (!ended(1) -> 1 : (!ended(2) -> 2 : (!ended(3) -> 3 : (!ended(4) -> 4 : (!ended(5) -> 5 : 6)))))
#endif
#define busy (HEAD <= last)
#define runs (!paused && !halted)

/* The ledger. */
byte st[N+2], kind[N+2], ep[N+2];
byte holder[N+2];               /* the worker whose lease is alive, 0 none */
bool want[N+2];                 /* cancel_requested */
byte led[3*N+6];                /* the steps as they are written down */
#ifdef POISON
byte dead[N+2];                 /* crashes */
#endif
byte last, adm = OPEN;
bool paused, halted;
#ifdef REALQ
bool q[N+2];                    /* jobs, by operation */
byte dup = DUPS, flush = FLUSHES;
#endif
bool busy0;                     /* the workers are alike: the second claims only while the first has something */

/* The services. */
byte fence[3];
bool tomb[3];
byte box[3*N+6];                /* the answer on record of step k of operation o, 0 none */
byte unbox[3*N+6];              /* that of its undo, under its own key */

/* The network: one call whose sender has given up waiting. */
byte no, na, nk, ne;

byte to = TOS, crash = CRASHES, stall = STALLS, refuse = REFUSALS, stuck = STUCK, dl = DEADLINES,
     canc = CANCELS, pauses = PAUSES, vanish = VANISH, retries = RETRIES, lapse = LAPSES;

/* What only the assertions know. */
bool app[3*N+6];                /* step k of operation o is in force */
byte lasteff, fin, cdone;
bool gone, vanished;            /* the user is deleted, by an operation that has ended or past the gateway */
bool closing;                   /* a deletion is acknowledged and has not ended */
bool unmade;                    /* the registration ended without success */
bool dlfail[N+2];

/* Names for the assertions: none of these is ever true, and pan prints the one that stands in what failed. */
bool in_order, not_after_its_end, once, nothing_after_deletion, in_force_to_undo, success_has_every_step,
     other_ends_have_none, rejected_only_if_gone, accepted_is_applied, guard_agrees, halts_only_on_contradiction,
     accepts_nothing_while_deleting, accepts_nothing_without_user, all_done, witness;
#define ensure(name, condition) assert(name || (condition))

/* Something happens at a service: never before what came earlier in the lane, never after its end was told. */
inline effect(o) {
  ensure(in_order, o >= lasteff); lasteff = o;
  ensure(not_after_its_end, !ended(o))
}

/* ------------------------------------------------ the services */

inline raise(s,o,e) { if :: fence[s] < fen(o,e) -> fence[s] = fen(o,e) :: else fi }
#ifdef NO_FENCE
#define old(s,o,e) false
#else
#define old(s,o,e) (fence[s] > fen(o,e))
#endif
#define mortal(o) (kind[o] == W || kind[o] == SAGA)
/* For whom a tombstone stands: writes everywhere, and identity deletes nobody twice. It restores nobody else. */
#define dead_to(s,o) (tomb[s] && (mortal(o) || (kind[o] == DEL && s == IDENTITY)))
#define nobody(s,o) (!tomb[s] && kind[o] == RES && s == IDENTITY)
#ifdef BUG_TOMB_FIRST
#define tombfirst(s,o) (tomb[s] && mortal(o))
#else
#define tombfirst(s,o) false
#endif

/* Inbox, fence, tombstone, effect: in this order, in one transaction. */
inline apply(s,k,o,e,r) {
  if
  :: tombfirst(s,o) -> r = GONE
  :: !tombfirst(s,o) && box[at(k,o)] != 0 -> r = box[at(k,o)]
  :: !tombfirst(s,o) && box[at(k,o)] == 0 && old(s,o,e) -> r = STALE
  :: else ->
    if
    :: dead_to(s,o) -> r = GONE
    :: nobody(s,o) -> r = NO
    :: !dead_to(s,o) && !nobody(s,o) ->
         effect(o); ensure(once, !app[at(k,o)]); app[at(k,o)] = 1;
         ensure(nothing_after_deletion, !mortal(o) || !gone);
         if
         :: kind[o] == DEL -> tomb[s] = 1
         :: kind[o] == RES -> tomb[s] = 0
         :: else
         fi;
         r = DONE
    :: !dead_to(s,o) && !nobody(s,o) && refuse > 0 -> refuse--; r = NO
    fi;
#ifdef BUG_REFUSAL_ROLLS_BACK
    if :: r == DONE -> box[at(k,o)] = r; raise(s,o,e) :: else fi
#else
    box[at(k,o)] = r; raise(s,o,e)
#endif
  fi
}

inline settle(s,k,o,e,r) {
  if
  :: box[at(k,o)] != 0 -> r = box[at(k,o)]
#ifdef BUG_PLAIN_ASK
  :: else -> r = SEALED         /* looks, and leaves nothing behind */
#else
  :: box[at(k,o)] == 0 && old(s,o,e) -> r = STALE
  :: else ->
#ifndef BUG_SETTLE_MOVES_FENCE_ONLY
     box[at(k,o)] = SEALED;
#endif
     raise(s,o,e); r = SEALED
#endif
  fi
}

inline undo(s,k,o,e,r) {
  if
#ifdef BUG_UNDO_SHARES_KEY
  :: box[at(k,o)] != 0 -> r = box[at(k,o)]      /* the step's own answer */
#else
  :: unbox[at(k,o)] != 0 -> r = unbox[at(k,o)]
#endif
  :: unbox[at(k,o)] == 0 && old(s,o,e) -> r = STALE
  :: unbox[at(k,o)] == 0 && !old(s,o,e) ->
     effect(o); ensure(in_force_to_undo, app[at(k,o)] && box[at(k,o)] == DONE);
     app[at(k,o)] = 0; unbox[at(k,o)] = DONE; raise(s,o,e);
     if
     :: kind[o] == DEL -> tomb[s] = vanished    /* whom somebody else deleted stays so */
     :: kind[o] == RES -> tomb[s] = 1
     :: else
     fi;
     r = DONE
  :: unbox[at(k,o)] == 0 && !old(s,o,e) && stuck > 0 ->
     stuck--; r = NO             /* not recorded: an operator mends it, and it is tried again */
  fi
}

inline serve(o,a,k,e,r) {
  if
  :: a == APPLY -> apply(serviceOf(o,k),k,o,e,r)
  :: a == SETTLE -> settle(serviceOf(o,k),k,o,e,r)
  :: a == UNDO -> undo(serviceOf(o,k),k,o,e,r)
  fi
}

/* ------------------------------------------------ the ledger */

/* Whether the ledger's own guard over the steps lets an operation end so. */
#define none(k,o,a,b) (led[at(k,o)] != (a) && led[at(k,o)] != (b))
#define allApplied(o) (led[at(1,o)] == APPLIED && (stepsOf(o) < 2 || led[at(2,o)] == APPLIED) \
                       && (stepsOf(o) < 3 || led[at(3,o)] == APPLIED))
#define allClosed(o) (none(1,o,PENDING,APPLIED) && (stepsOf(o) < 2 || none(2,o,PENDING,APPLIED)) \
                      && (stepsOf(o) < 3 || none(3,o,PENDING,APPLIED)))

/* What an end makes of the operation alone. */
inline over(o,x) {
  ensure(success_has_every_step, x != SUCC || (app[at(1,o)] && (stepsOf(o) < 2 || app[at(2,o)]) && (stepsOf(o) < 3 || app[at(3,o)])));
  ensure(other_ends_have_none, x == SUCC || (!app[at(1,o)] && !app[at(2,o)] && !app[at(3,o)]));
  ensure(rejected_only_if_gone, x != REJ || gone || vanished || unmade);
#ifdef MUST
  ensure(accepted_is_applied, x == SUCC);
#endif
  st[o] = x; holder[o] = 0; ep[o] = 0; want[o] = 0; fin++;
#ifdef POISON
  dead[o] = 0;
#endif
  app[at(1,o)] = 0; app[at(2,o)] = 0; app[at(3,o)] = 0;
  led[at(1,o)] = 0; led[at(2,o)] = 0; led[at(3,o)] = 0;
#if RETRIES == 0
  st[o] = SUCC; dlfail[o] = 0           /* how it ended does not matter from here on */
#endif
}

/* The end of an operation and what it means for the lane: one transaction. */
inline finish(o,x) {
  if :: kind[o] == REG && x != SUCC -> unmade = 1 :: else fi;
  if
  :: kind[o] == DEL -> closing = 0;
     if
     :: x == SUCC -> adm = DELETED; gone = 1
#ifdef BUG_CANCEL_KEEPS_CLOSED
     :: x == CANC
#else
     :: x == CANC -> adm = OPEN
#endif
     :: x != SUCC && x != CANC -> adm = OPEN
     fi
  :: kind[o] == RES && x == SUCC -> gone = 0;
#ifdef BUG_RESTORE_OPENS_ALWAYS
     adm = OPEN
#else
     if :: adm == DELETED -> adm = OPEN :: else fi
#endif
#ifndef BUG_REGISTER_STAYS_OPEN
  :: kind[o] == REG && x != SUCC -> adm = CLOSED; closing = 0
#endif
  :: else
  fi;
  over(o,x);
#ifndef BUG_REGISTER_STAYS_OPEN
  if
  :: adm == CLOSED -> h = 1;            /* what waits behind it is refused with it */
     do :: h <= last -> if :: st[h] == QUEUED -> over(h,REJ) :: else fi; h++ :: else -> break od; h = 0
  :: else
  fi
#endif
}

#ifdef REALQ
#define NEXT atomic { if :: busy && runs -> q[HEAD] = 1 :: else fi }     /* enqueue the head */
#define LOSE atomic { crash > 0 -> crash-- }                            /* die before it */
#endif

/* ------------------------------------------------ the workers */

#define DIE atomic { crash > 0 -> crash--; if :: holder[o] == _pid + 1 && ep[o] == e -> holder[o] = 0 :: else fi; goto drop }
#define holds (ep[o] == e && st[o] == RUNNING)

inline call(a) {                /* answered; lost; carried out but not answered; or still on the wire */
  if
  :: DIE
  :: atomic { serve(o,a,k,e,r) }
  :: atomic { to > 0 -> to--; r = UNKNOWN }
  :: atomic { to > 0 -> to--; serve(o,a,k,e,r); r = UNKNOWN }
  :: atomic { to > 0 && no == 0 -> to--; no = o; na = a; nk = k; ne = e; r = UNKNOWN }
  fi
}
inline record() { led[at(1,o)] = s[0]; led[at(2,o)] = s[1]; led[at(3,o)] = s[2] }

active [2] proctype Worker() {  /* pids 0 and 1; holder is pid + 1 */
  byte o, e, r, x, k, n, h;
  byte s[3];                    /* what this run knows of the steps */
drop:
  atomic { if :: _pid == 0 -> busy0 = 0 :: else fi;
           o = 0; e = 0; r = 0; x = 0; k = 0; n = 0; s[0] = 0; s[1] = 0; s[2] = 0 };
end:
  atomic {                      /* the claim */
#ifdef REALQ
    (q[1] || q[2] || q[3] || q[N]) && (_pid == 0 || busy0) ->
    if :: q[1] -> o = 1 :: q[2] -> o = 2 :: q[3] -> o = 3
#if N > 3
       :: q[4] -> o = 4
#endif
    fi;
    if :: dup > 0 -> dup-- :: q[o] = 0 fi;
    if :: o != HEAD || ended(o) || !runs || holder[o] != 0 -> goto drop :: else fi;
#elif defined(BUG_NO_HEAD)      /* any that waits, as long as none is under way */
    busy && runs && holder[HEAD] == 0 && (_pid == 0 || busy0) ->
    o = HEAD;
    if :: st[o] == QUEUED && o < last -> o++ :: skip fi;
#else
    busy && runs && (holder[HEAD] == 0 || stall > 0) && (_pid == 0 || busy0) ->
    o = HEAD;
    if :: holder[o] != 0 -> stall-- :: else fi;
#endif
#ifdef POISON
    if :: st[o] == RUNNING -> dead[o]++ :: else fi;
#endif
    st[o] = RUNNING; ep[o]++; e = ep[o]; holder[o] = _pid + 1; n = stepsOf(o);
    s[0] = led[at(1,o)]; s[1] = led[at(2,o)]; s[2] = led[at(3,o)];
    if :: _pid == 0 -> busy0 = 1 :: else fi;
    if
    :: want[o] -> x = CANC
#ifdef POISON
    :: !want[o] && dead[o] >= POISON -> x = FAILED
    :: !want[o] && dead[o] < POISON
#else
    :: !want[o]
#endif
    :: !want[o] && e > 1 && dl > 0 -> dl--; x = FAILED; dlfail[o] = 1
    fi
  }
#ifdef BUG_CANCEL_AT_CLAIM
  if :: x == CANC -> s[0] = SHUT; s[1] = SHUT; s[2] = SHUT; goto outcome :: else fi;
#endif
#if defined(POISON) && defined(BUG_POISON_ENDS)
  if :: x == FAILED -> s[0] = SHUT; s[1] = SHUT; s[2] = SHUT; goto outcome :: else fi;
#endif
  k = 1;
  if
#ifdef BUG_SETTLE_ONLY_OWN
  :: x != 0 -> goto settling    /* only what this run would send first */
#endif
  :: x != 0 -> goto abort
  :: else
  fi;

forward:
  call(APPLY);
  if
  :: r == DONE -> s[k-1] = APPLIED;
     if :: k == n -> x = SUCC; goto outcome :: else -> k++; goto forward fi
  :: r == NO -> s[k-1] = REFUSED; x = FAILED
  :: r == SEALED -> s[k-1] = SHUT; x = FAILED
  :: r == GONE -> s[k-1] = REFUSED; x = REJ;
#ifdef BUG_REJECT_HALFWAY
     goto outcome
#endif
  :: r == STALE -> goto stale
  :: r == UNKNOWN ->
     if
     :: atomic { dl > 0 -> dl--; x = FAILED; dlfail[o] = 1 };
#ifdef BUG_SETTLE_ONLY_OWN
        goto settling
#else
        goto abort
#endif
     :: goto again
     fi
  fi;
  goto undoing;

abort:                          /* every step is settled, last first */
#ifdef BUG_UNDO_EARLY
  k = 1;
#else
  k = n;
#endif
settling:
  call(SETTLE);
  if
  :: r == UNKNOWN -> goto again
  :: r == STALE -> goto stale
  :: r == GONE -> s[k-1] = REFUSED; x = REJ
  :: r == NO -> s[k-1] = REFUSED; x = FAILED
  :: r == SEALED -> s[k-1] = SHUT
  :: r == DONE -> s[k-1] = APPLIED;
#ifdef BUG_UNDO_EARLY
     if
     :: k < n -> call(UNDO);
        if :: r == DONE -> s[k-1] = UNDONE :: r == STALE -> goto stale :: r == UNKNOWN -> goto again fi
     :: else
     fi
#endif
  fi;
#ifdef BUG_UNDO_EARLY
  if :: k < n -> k++; goto settling :: else fi;
#else
  if :: k > 1 -> k--; goto settling :: else fi;
#endif
  if :: s[n-1] == APPLIED -> x = SUCC; goto outcome :: else fi;
  k = n + 1;

undoing:                        /* steps from k on are closed; those before it are taken back, last first */
  atomic {
    h = k;
    do :: h <= n -> if :: s[h-1] == PENDING -> s[h-1] = SHUT :: else fi; h++ :: else -> break od;
    h = 0 };
undoNext:
  k--;
  if :: k == 0 -> goto outcome :: else fi;
  if
#ifdef BUG_SETTLE_ONLY_OWN
  :: s[k-1] == PENDING -> s[k-1] = SHUT; goto undoNext
#endif
  :: s[k-1] != APPLIED -> goto undoNext
  :: else
  fi;
  call(UNDO);
  if
  :: r == DONE -> s[k-1] = UNDONE; goto undoNext
  :: r == STALE -> goto stale
  :: r == UNKNOWN -> goto again
  :: r == NO -> goto stop
  fi;

stale:                          /* somebody newer has it: nothing is written */
#ifdef BUG_STALE_IS_4XX
  x = FAILED; s[0] = SHUT; s[1] = SHUT; s[2] = SHUT; goto outcome;
#endif
stop:                           /* unless the claim is current: then the ledger contradicts the services */
  if
  :: DIE
  :: atomic {
    if
    :: holds -> ensure(halts_only_on_contradiction, LAPSES > 0 || STUCK > 0);
       st[o] = RETRYING; holder[o] = 0; halted = 1
    :: else
    fi; goto drop }
  fi;

again:
  if
  :: DIE
  :: atomic {
    if
    :: holds -> st[o] = RETRYING; holder[o] = 0; record()
    :: else -> goto drop
    fi }
  fi;
#ifdef REALQ
  if :: DIE :: atomic { q[o] = 1; goto drop } fi;
#else
  goto drop;
#endif

outcome:
  if
  :: DIE
  :: atomic {
    if
#ifdef BUG_NO_EPOCH
    :: !ended(o) ->
#else
    :: holds ->
#endif
       record();
#ifndef BUG_NO_EPOCH
       ensure(guard_agrees, (x == SUCC && allApplied(o)) || (x != SUCC && allClosed(o)));
#endif
       finish(o,x)
    :: else -> goto drop
    fi }
  fi;
#ifdef REALQ
  if :: DIE :: NEXT fi;
#endif
  goto drop
}

active proctype Network() {
  byte r;
end:
  do
  :: atomic { no != 0 -> serve(no,na,nk,ne,r); no = 0; na = 0; nk = 0; ne = 0; r = 0 }
  od
}

#ifdef REALQ
active proctype Reconciler() {
  byte h;
end:
  do
#ifndef BUG_NO_RECONCILER
  :: atomic { busy && !q[HEAD] && runs && holder[HEAD] == 0 -> q[HEAD] = 1 }
#endif
  :: atomic { busy && stall > 0 && holder[HEAD] != 0 -> stall--; holder[HEAD] = 0 }     /* the lease expires */
  :: atomic { flush > 0 && (q[1] || q[2] || q[3] || q[N]) -> flush--;
       h = 1; do :: h <= N -> q[h] = 0; h++ :: else -> break od; h = 0 }
  od
}
#endif

/* ------------------------------------------------ admission, clients, operator */

/* One transaction; the enqueue after it may be lost. */
inline admit(kd, mine) {
  atomic {
    mine = 0;
    if
    :: (adm == OPEN && kd != RES && kd != REG) || (kd == RES && adm == DELETED) || (kd == REG && last == 0) ->
         last++; st[last] = QUEUED; kind[last] = kd; mine = last;
         ensure(accepts_nothing_while_deleting, kd == RES || (!closing && !gone));
         ensure(accepts_nothing_without_user, !unmade);
         if :: kd == DEL -> adm = DELETING; closing = 1 :: else fi;
#ifdef PENDING_CANCEL
         if
         :: kd == DEL -> h = 1;         /* what waits is withdrawn, but never the registration */
            do
            :: h < last ->
               if
#ifdef BUG_WITHDRAWS_REGISTRATION
               :: st[h] == QUEUED -> if :: kind[h] == REG -> unmade = 1 :: else fi; over(h,CANC)
#else
               :: st[h] == QUEUED && kind[h] != REG -> over(h,CANC)
#endif
               :: else
               fi; h++
            :: else -> break
            od; h = 0
         :: else
         fi
#endif
    :: else
    fi
  }
#ifdef REALQ
  if :: mine != 0 -> if :: NEXT :: LOSE fi :: else fi
#endif
}
#define wait(o) (o == 0 || ended(o))

#ifndef SCN
#define SCN 1
#endif
active proctype Client1() {
  byte m, h;
#if SCN == 1
  admit(W, m); admit(SAGA, m);
#elif SCN == 2
  admit(SAGA, m);
#elif SCN == 3
  admit(SAGA, m); admit(W, m);
#elif SCN == 4
  admit(W, m);
#elif SCN == 5
  admit(REG, m); admit(W, m);
#elif SCN == 6
  admit(DEL, m); wait(m);
  if :: adm == DELETED -> admit(RES, m); wait(m) :: else fi;
  if :: adm == OPEN -> admit(DEL, m); m = 0; if :: adm == OPEN -> admit(W, m) :: adm != OPEN fi :: else fi;
#elif SCN == 7
  admit(SAGA, m);
#endif
  m = 0; cdone++
}
active proctype Client2() {
  byte m, h;
#if SCN == 1
  admit(W, m);
#elif SCN == 2
  admit(DEL, m); wait(m);
  if :: adm == DELETED -> admit(RES, m); wait(m) :: else fi;
  if :: adm == OPEN -> admit(W, m) :: else fi;
#elif SCN == 3
  admit(DEL, m);
#elif SCN == 4
  admit(SAGA, m);
#elif SCN == 5
  last > 0;
  admit(DEL, m); wait(m);
  if :: adm == OPEN && last < N -> admit(W, m) :: else fi;
#elif SCN == 6
  if :: adm == DELETED -> admit(RES, m) :: cdone == 1 fi;
#elif SCN == 7
  admit(W, m);
#endif
  m = 0; cdone++
}

#if CANCELS > 0 || PAUSES > 0 || VANISH > 0 || RETRIES > 0 || LAPSES > 0
active proctype Operator() {
  byte o, h;
end:
  do
#if CANCELS > 0
  :: atomic { canc > 0 && last > 0 -> canc--;
       o = 1; do :: o < last -> o++ :: break od;
       if
       :: st[o] == QUEUED -> finish(o,CANC)
#ifdef BUG_CANCEL_RETRYING
       :: st[o] == RETRYING -> finish(o,CANC)
#else
       :: st[o] == RETRYING -> want[o] = 1
#endif
       :: else
       fi; o = 0 }
#ifdef REALQ
     if :: NEXT :: LOSE fi
#endif
#endif
#if PAUSES > 0
  :: atomic { pauses > 0 && runs -> pauses--; paused = 1 }
     atomic { paused = 0;
#ifdef BUG_ONE_STATE
       adm = OPEN;              /* one column for both: resumed means open */
#endif
     }
#ifdef REALQ
     NEXT
#endif
#endif
#if VANISH > 0
  :: atomic { vanish > 0 -> vanish--; vanished = 1; tomb[1] = 1; tomb[2] = 1 }
#endif
#if RETRIES > 0
  :: atomic { retries > 0 && last > 0 ->
       o = 1; do :: o < last -> o++ :: break od;
       if
       :: st[o] == FAILED && dlfail[o] && adm == OPEN -> retries--;
#ifdef BUG_RETRY_SAME_SEQ
          st[o] = QUEUED; fin--; box[at(1,o)] = 0; box[at(2,o)] = 0; unbox[at(1,o)] = 0
#else
          last++; st[last] = QUEUED; kind[last] = kind[o]
#endif
       :: else
       fi; o = 0 }
#ifdef REALQ
     NEXT
#endif
#endif
#if LAPSES > 0
  :: atomic { lapse > 0 && busy && ep[HEAD] > 0 -> lapse--;
       o = HEAD; ep[o] = 0; st[o] = QUEUED; holder[o] = 0; want[o] = 0; led[at(1,o)] = 0; led[at(2,o)] = 0; led[at(3,o)] = 0; o = 0 }
  :: atomic { halted -> halted = 0 }    /* somebody has looked */
#endif
  od
}
#endif

#ifdef PRUNE
active proctype Pruner() {      /* a service forgets what is below its fence */
  byte o;
end:
  do
#ifdef BUG_PRUNE_BY_AGE
  :: atomic { (box[at(1,1)] != 0 || box[at(2,1)] != 0) && ended(1) ->
       box[at(1,1)] = 0; box[at(2,1)] = 0; unbox[at(1,1)] = 0 }
  :: atomic { (box[at(1,2)] != 0 || box[at(2,2)] != 0) && ended(2) ->
       box[at(1,2)] = 0; box[at(2,2)] = 0; unbox[at(1,2)] = 0 }
#else
  :: atomic { box[at(1,1)] != 0 && fence[serviceOf(1,1)] >= fen(2,0) -> box[at(1,1)] = 0; unbox[at(1,1)] = 0 }
  :: atomic { box[at(2,1)] != 0 && fence[serviceOf(1,2)] >= fen(2,0) -> box[at(2,1)] = 0; unbox[at(2,1)] = 0 }
  :: atomic { box[at(1,2)] != 0 && fence[serviceOf(2,1)] >= fen(3,0) -> box[at(1,2)] = 0; unbox[at(1,2)] = 0 }
  :: atomic { box[at(2,2)] != 0 && fence[serviceOf(2,2)] >= fen(3,0) -> box[at(2,2)] = 0; unbox[at(2,2)] = 0 }
#endif
  od
}
#endif

/* All is done: or the lane is halted, because an undo was refused, until somebody has put that right. */
#define drained (cdone == 2 && fin == last && adm != DELETING)
#ifdef LIVE                     /* Tick keeps every run infinite, so that it is fairness that has to drain the lane */
bool tick;
active proctype Tick() { do :: tick = !tick od }
ltl drains { <>[] drained }
#else
active proctype Final() {
end:
  timeout ->
#ifdef WITNESS
  ensure(witness, fin < WITNESS);  /* fails where the scenario can be played to its end */
#endif
  ensure(all_done, drained || (STUCK > 0 && halted))
}
#endif
