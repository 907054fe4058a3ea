/*
 * What is carried out beside a user's lane (BES: a change of roles or of the password) next to what is carried out in
 * line: ledger, two workers, a network that delivers late, clients, an operator; identity with its inbox, its two fences
 * and its tombstone, and ordering, which may refuse the second step of a write in line, so that the first is undone.
 *
 * It is built as lane.pml is: a transaction is one atomic step, there is no clock, every fault has a budget. What lane.pml
 * has checked is here only as far as the two orders meet: a deletion has its step at identity alone, and what the ledger
 * knows of steps is left out.
 */

#ifndef N
#define N 4                     /* operations, at most 5 */
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
#ifndef REFUSALS
#define REFUSALS 1              /* steps that a service refuses for a reason of its own */
#endif
#ifndef DEADLINES
#define DEADLINES 1             /* times that a worker finds the deadline passed */
#endif
#ifndef UNSERVED
#define UNSERVED 0              /* calls beside the lane that identity does not know: an older version answers */
#endif
#ifndef CANCELS
#define CANCELS 0               /* writes beside the lane that are withdrawn */
#endif
#ifndef VANISH
#define VANISH 0                /* users who are deleted in the services, past the gateway */
#endif
#ifndef LAPSES
#define LAPSES 0                /* times that the ledger goes back to before such a withdrawal */
#endif
/*
 * -DPAUSED: nothing in line is carried out. -DHANGS: no call beside the lane is answered. -DUNREADABLE: what a write
 * beside the lane holds cannot be read. -DPRUNE: answers are forgotten.
 */

/* Kinds. UPD has two steps, at identity and at ordering; any other has one, at identity. */
#define UPD 1
#define BES 2
#define DEL 3
#define RES 4
#define REG 5
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
#define STRANGE 7               /* the service does not know the call */
/* Calls. */
#define APPLY  1
#define SETTLE 2
#define UNDO   3
/* Whether a lane takes writes. */
#define OPEN 0
#define DELETING 1
#define DELETED 2
#define CLOSED 3

#define ended(o) (st[o] >= SUCC)
#define unfinished(o) (st[o] != 0 && !ended(o))
#define beside(o) (kind[o] == BES)
#define last_step(o) (kind[o] == UPD -> 2 : 1)
#define in_line(o) (unfinished(o) && !beside(o))
#define aside(o) (unfinished(o) && beside(o))
#define first(which) (which(1) -> 1 : (which(2) -> 2 : (which(3) -> 3 : (which(4) -> 4 : (which(5) -> 5 : 6)))))
#define at(k,o) (2 * (o) + (k) - 1)
#define fen(o,e) ((o) * 16 + (e))

/* The ledger. */
byte st[6], kind[6], ep[6];
byte holder[6];                 /* the worker whose lease is alive, 0 none */
bool want[6];                   /* cancel_requested */
bool overdue[6];                /* it was put off, and its deadline has passed since */
byte last, adm = OPEN;
bool busy0;                     /* the workers are alike: the second claims only while the first has something */

/* The services: fences of the lane at identity and at ordering, and that of what is carried out beside it. */
byte fence[3], aside_fence;
bool tomb, made = 1;
byte box[12];                   /* the answer on record of step k of operation o, 0 none */
bool unbox[6];                  /* whether the first step's undo is on record */

/* The network: one call whose sender has given up waiting. */
byte no, na, nk, ne;

byte to = TOS, crash = CRASHES, stall = STALLS, refuse = REFUSALS, dl = DEADLINES, strange = UNSERVED,
     canc = CANCELS, vanish = VANISH, lapse = LAPSES;

/* What only the assertions know. */
bool app[12];                   /* step k of operation o is in force */
byte lasteff, last_aside;       /* the newest that took effect in line, and beside the lane */
byte deletion;                  /* the newest deletion that took effect, restored since or not */
byte fin, cdone;
bool closing;                   /* a deletion is acknowledged and has not failed, nor has a restore succeeded */
byte withdrawn;                 /* while it was queued */
bool vanished;

/* Names for the assertions: none of these is ever true, and pan prints the one that stands in what failed. */
bool in_order, once, not_after_its_end, nothing_after_deletion, deletion_waits, finds_its_user, one_at_a_time,
     success_has_every_step, other_ends_have_none, halts_no_lane, holds_no_lane, waits_for_no_lane,
     accepts_nothing_after_deletion, ends_at_its_deadline, all_done, witness;
#define ensure(name, condition) assert(name || (condition))

/* ------------------------------------------------ the services */

#ifdef BUG_ONE_FENCE
#define has_fence_aside(o) false
#else
#define has_fence_aside(o) beside(o)
#endif
#define old(o,k,e) ((has_fence_aside(o) -> aside_fence : fence[k]) > fen(o,e))

inline raise(o,k,e) {
  if
  :: has_fence_aside(o) -> aside_fence = (aside_fence < fen(o,e) -> fen(o,e) : aside_fence)
  :: else -> fence[k] = (fence[k] < fen(o,e) -> fen(o,e) : fence[k])
  fi
}

#ifdef BUG_NO_TOMBSTONE
#define dead_to(o,k) false
#else
#define dead_to(o,k) (k == 1 && tomb && (kind[o] == UPD || beside(o)))
#endif

/* Something happens at a service. */
inline effect(o) {
  if
  :: beside(o) -> ensure(in_order, o >= last_aside); last_aside = o
  :: else -> ensure(in_order, o >= lasteff); lasteff = o
  fi;
  ensure(not_after_its_end, !ended(o));
  ensure(nothing_after_deletion, o >= deletion && (!vanished || !beside(o)))
}

inline change(o) {
  if
  :: kind[o] == DEL -> ensure(deletion_waits, first(aside) > o); tomb = 1; deletion = o
  :: kind[o] == RES -> tomb = 0
  :: kind[o] == REG -> made = 1
  :: else
  fi
}

/* Inbox, fence, tombstone, effect: in this order, in one transaction. */
inline apply(o,k,e,r) {
  if
  :: box[at(k,o)] != 0 -> r = box[at(k,o)]
  :: box[at(k,o)] == 0 && old(o,k,e) -> r = STALE
  :: else ->
    if
    :: dead_to(o,k) -> r = GONE; ensure(finds_its_user, !beside(o) || ended(o) || vanished)
    :: !dead_to(o,k) && !made && kind[o] != REG -> r = NO; ensure(finds_its_user, !beside(o) || ended(o))
    :: !dead_to(o,k) && (made || kind[o] == REG) ->
         effect(o); ensure(once, !app[at(k,o)]); app[at(k,o)] = 1; change(o); r = DONE
    :: !dead_to(o,k) && (made || kind[o] == REG) && refuse > 0 -> refuse--; r = NO
    fi;
    box[at(k,o)] = r; raise(o,k,e)
  fi
}

inline settle(o,k,e,r) {
  if
  :: box[at(k,o)] != 0 -> r = box[at(k,o)]
  :: box[at(k,o)] == 0 && old(o,k,e) -> r = STALE
  :: else -> box[at(k,o)] = SEALED; raise(o,k,e); r = SEALED
  fi
}

inline undo(o,k,e,r) {
  if
  :: unbox[o] -> r = DONE
  :: !unbox[o] && old(o,k,e) -> r = STALE
  :: else -> effect(o); app[at(k,o)] = 0; unbox[o] = 1; raise(o,k,e); r = DONE
  fi
}

inline serve(o,a,k,e,r) {
  if
  :: a == APPLY -> apply(o,k,e,r)
  :: a == SETTLE -> settle(o,k,e,r)
  :: a == UNDO -> undo(o,k,e,r)
  fi
}

/* ------------------------------------------------ the ledger */

inline over(o,x) {
  ensure(success_has_every_step, x != SUCC || (app[at(1,o)] && (last_step(o) < 2 || app[at(2,o)])));
  ensure(other_ends_have_none, x == SUCC || (!app[at(1,o)] && !app[at(2,o)]));
  st[o] = x; holder[o] = 0; want[o] = 0; overdue[o] = 0; app[at(1,o)] = 0; app[at(2,o)] = 0; fin++
}

/* The end of an operation and what it means for the lane: one transaction. */
inline finish(o,x) {
  over(o,x);
  if
  :: kind[o] == DEL && x == SUCC -> adm = DELETED
  :: kind[o] == DEL && x != SUCC -> adm = OPEN; closing = 0
  :: kind[o] == RES && x == SUCC && adm == DELETED -> adm = OPEN; closing = 0
  :: kind[o] == REG && x != SUCC -> adm = CLOSED; closing = 0; h = 1;   /* what waits behind it is refused with it */
     do :: h <= last -> if :: st[h] == QUEUED -> over(h,REJ) :: else fi; h++ :: else -> break od; h = 0
  :: else
  fi
}

#define free(o) ((o) <= N && (holder[o] == 0 || stall > 0))
#ifdef BUG_DELETION_DOES_NOT_WAIT
#define waits_for_aside(o) false
#else
#define waits_for_aside(o) ((o) <= N && kind[o] == DEL && first(aside) < (o))
#endif
#ifdef BUG_HOLDS_THE_LANE       /* the head is the first of all */
#define behind_aside(o) (first(aside) < (o))
#else
#define behind_aside(o) waits_for_aside(o)
#endif
#ifdef PAUSED
#define runs false
#else
#define runs true
#endif
#ifdef BUG_WAITS_FOR_THE_LANE
#define lane_lets_go(o) (runs && first(unfinished) == (o))
#elif defined(BUG_WAITS_FOR_NO_REGISTRATION)
#define lane_lets_go(o) true
#else
#define lane_lets_go(o) !(kind[1] == REG && unfinished(1))
#endif
#ifdef HANGS                    /* what is tried again is not tried again soon */
#define is_due(o) ((o) <= N && st[o] != RETRYING)
#else
#define is_due(o) true
#endif
#ifdef BUG_NO_HEAD              /* any beside the lane that nobody is at */
#define available(o) (aside(o) && holder[o] == 0)
#define next_aside (available(4) -> 4 : (available(3) -> 3 : (available(2) -> 2 : first(aside))))
#else
#define next_aside first(aside)
#endif
#define line_may_begin (runs && free(first(in_line)) && !behind_aside(first(in_line)))
#define aside_may_begin (free(next_aside) && lane_lets_go(next_aside) && is_due(next_aside))
#define begun(o) (aside(o) && st[o] != QUEUED)
#define others_begun(o) (begun(1) + begun(2) + begun(3) + begun(4) + begun(5) - begun(o))

/* ------------------------------------------------ the workers */

#ifdef BUG_HALTS_THE_LANE
#define HALTS true
#else
#define HALTS false
#endif

#define DIE atomic { crash > 0 -> crash--; if :: holder[o] == _pid + 1 && ep[o] == e -> holder[o] = 0 :: else fi; goto drop }
#define holds (ep[o] == e && st[o] == RUNNING)

inline call(a) {                /* answered; lost; carried out but not answered; or still on the wire */
  if
#ifdef HANGS
  :: beside(o) -> r = UNKNOWN
  :: DIE
  :: atomic { !beside(o) -> serve(o,a,k,e,r) }
#else
  :: DIE
  :: atomic { serve(o,a,k,e,r) }
#endif
  :: atomic { to > 0 -> to--; r = UNKNOWN }
  :: atomic { to > 0 -> to--; serve(o,a,k,e,r); r = UNKNOWN }
  :: atomic { to > 0 && no == 0 -> to--; no = o; na = a; nk = k; ne = e; r = UNKNOWN }
  :: atomic { strange > 0 && beside(o) -> strange--; r = STRANGE }
  fi
}

active [2] proctype Worker() {  /* pids 0 and 1; holder is pid + 1 */
  byte o, e, r, x, k, h;
  bool applied;                 /* the first of two steps is in force */
drop:
  atomic { if :: _pid == 0 -> busy0 = 0 :: else fi; o = 0; e = 0; r = 0; x = 0; k = 0; applied = 0 };
end:
  atomic {                      /* the claim */
    (line_may_begin || aside_may_begin) && (_pid == 0 || busy0) ->
    if
    :: line_may_begin -> o = first(in_line)
    :: aside_may_begin -> o = next_aside; ensure(one_at_a_time, others_begun(o) == 0)
    fi;
    if :: holder[o] != 0 -> stall-- :: else fi;
    st[o] = RUNNING; ep[o]++; e = ep[o]; holder[o] = _pid + 1;
    if :: _pid == 0 -> busy0 = 1 :: else fi;
    if
    :: want[o] -> x = CANC
    :: !want[o] && overdue[o] -> x = FAILED
    :: !want[o] && !overdue[o]
    :: !want[o] && !overdue[o] && e > 1 && dl > 0 -> dl--; x = FAILED
    fi;
    k = 1
  }
#if defined(UNREADABLE) && defined(BUG_NOT_GIVEN_UP_UNREAD)
  if :: beside(o) -> goto stop :: else fi;
#elif defined(UNREADABLE)
  if :: beside(o) && x == 0 -> goto stop :: else fi;
#endif
  if
  :: x != 0 -> goto abort
  :: else
  fi;

forward:
  call(APPLY);
  if
  :: r == DONE ->
     if :: k == last_step(o) -> x = SUCC; goto outcome :: else -> applied = 1; k++; goto forward fi
  :: r == NO || r == SEALED -> x = FAILED
  :: r == GONE -> x = REJ
  :: r == STALE || r == STRANGE -> goto stop
  :: r == UNKNOWN -> if :: atomic { dl > 0 -> dl--; x = FAILED }; goto abort :: goto again fi
  fi;
  goto undoing;

abort:                          /* every step is settled, last first */
#ifdef BUG_ENDS_UNSETTLED
  if :: beside(o) -> goto outcome :: else fi;
#endif
  k = last_step(o);
settling:
  call(SETTLE);
  if
  :: r == UNKNOWN -> goto again
  :: r == STRANGE -> goto stop
  :: r == STALE ->
#ifndef BUG_STAYS_BELOW_FENCE
     if :: beside(o) -> goto outcome :: else fi;        /* nothing of it is in force, and nothing will be */
#endif
     goto stop
  :: r == GONE -> x = REJ
  :: r == NO -> x = FAILED
  :: r == SEALED
  :: r == DONE -> if :: k == last_step(o) -> x = SUCC; goto outcome :: else -> applied = 1 fi
  fi;
  if :: k > 1 -> k--; goto settling :: else fi;

undoing:
  if :: !applied -> goto outcome :: else fi;
  k = 1;
  call(UNDO);
  if
  :: r == DONE -> goto outcome
  :: r == STALE -> goto stop
  :: r == UNKNOWN -> goto again
  fi;

stop:                           /* what is in line halts its lane, if the claim holds; what is beside it is put off */
  if
  :: DIE
  :: atomic {
    if
    :: holds && (HALTS || !beside(o)) -> ensure(halts_no_lane, false)
    :: holds && !HALTS && beside(o) -> ensure(ends_at_its_deadline, x == 0 || r == STRANGE);
       st[o] = RETRYING; holder[o] = 0; overdue[o] = 1
    :: else
    fi; goto drop }
  fi;

again:
  if
  :: DIE
  :: atomic { if :: holds -> st[o] = RETRYING; holder[o] = 0 :: else fi; goto drop }
  fi;

outcome:
  if
  :: DIE
  :: atomic { if :: holds -> finish(o,x) :: else fi; goto drop }
  fi
}

active proctype Network() {
  byte r;
end:
  do
  :: atomic { no != 0 -> serve(no,na,nk,ne,r); no = 0; na = 0; nk = 0; ne = 0; r = 0 }
  od
}

#ifdef PRUNE
#ifdef BUG_FORGETS_BELOW_THE_LANE
#define fence_of(o) fence[1]
#else
#define fence_of(o) (beside(o) -> aside_fence : fence[1])
#endif
inline forget(o) { box[at(1,o)] != 0 && fence_of(o) >= fen((o) + 1, 0) -> box[at(1,o)] = 0 }
active proctype Pruner() {      /* identity forgets what is below its fence */
end:
  do
  :: atomic { forget(1) }
  :: atomic { forget(2) }
  :: atomic { forget(3) }
  od
}
#endif

/* ------------------------------------------------ admission, clients, operator */

#ifdef BUG_ACCEPTS_WHILE_DELETING
#define takes(kd) ((adm == OPEN && kd != RES) || (kd == RES && adm == DELETED) || (kd == BES && adm == DELETING))
#else
#define takes(kd) ((adm == OPEN && kd != RES) || (kd == RES && adm == DELETED))
#endif

inline admit(kd, mine) {
  atomic {
    mine = 0;
    if
    :: takes(kd) && last < N ->
         last++; st[last] = QUEUED; kind[last] = kd; mine = last;
         ensure(accepts_nothing_after_deletion, kd == RES || !closing);
         if :: kd == DEL -> adm = DELETING; closing = 1 :: kd == REG -> made = 0 :: else fi
    :: else
    fi
  }
}
#define wait(o) (o == 0 || ended(o))

#ifndef SCN
#define SCN 1
#endif
active proctype Client1() {
  byte m;
#if SCN == 1                    /* a write in line and one beside it, against one beside it and a deletion */
  admit(UPD, m); admit(BES, m);
#elif SCN == 2                  /* deleted, restored, and changed again */
  admit(BES, m); admit(DEL, m); wait(m);
  admit(RES, m); wait(m); admit(BES, m);
#elif SCN == 3                  /* a registration, of which nobody waits for the end */
  admit(REG, m); admit(BES, m); admit(BES, m);
#endif
  m = 0; cdone++
}
active proctype Client2() {
  byte m;
#if SCN == 1
  admit(BES, m); admit(DEL, m);
#elif SCN == 3
  last > 0; admit(DEL, m);
#endif
  m = 0; cdone++
}

#if CANCELS > 0 || VANISH > 0
active proctype Operator() {
  byte o;
end:
  do
  :: atomic { vanish > 0 -> vanish--; vanished = 1; tomb = 1 }
  :: atomic { canc > 0 && first(aside) <= N -> canc--; o = first(aside);
       if
       :: st[o] == QUEUED -> over(o,CANC); withdrawn = o
       :: st[o] == RETRYING -> want[o] = 1
       :: else
       fi; o = 0 }
#if LAPSES > 0                  /* what came after the withdrawal is forgotten with it, but not by the services */
  :: atomic { lapse > 0 && withdrawn != 0 && fin == last && adm == OPEN && cdone == 2 ->
       lapse--; st[withdrawn] = QUEUED; fin--; withdrawn = 0 }
#endif
  od
}
#endif

#define through(o) (!unfinished(o) || kind[o] == DEL || beside(o))
active proctype Final() {
end:
  timeout ->
    ensure(all_done, cdone == 2);
#ifdef WITNESS
    ensure(witness, fin < WITNESS);     /* fails where the scenario can be played to its end */
#endif
#ifdef HANGS
    ensure(holds_no_lane, through(1) && through(2) && through(3) && through(4))
#elif defined(PAUSED)
    ensure(waits_for_no_lane, !aside(1) && !aside(2) && !aside(3) && !aside(4))
#else
    ensure(all_done, fin == last && adm != DELETING)
#endif
}
