/*
 * The ledger's transactions, statement by statement: two gateways, a worker and its outcomes for each of two
 * lanes, a client that cancels, keys that expire. What a transaction writes is seen at its commit; what one of
 * its statements reads is what was committed when that statement began.
 *
 * A transaction of the gateway locks the lane, then, in new statements, binds the client's key and takes a place.
 * The gateway writes one request in a transaction. The model also tries two (SCN 1 to 3): then lanes and keys
 * have to be locked in one order. A key belongs to a caller, who may use it for two lanes at once.
 *
 * No reconciler is here: without a crash after a commit, every operation is released by whoever made it the head.
 */

#define MAX 5
#define at(l,n) ((l) * (MAX + 1) + (n))
#ifndef CRASHES
#define CRASHES 1               /* transactions that are rolled back; their client asks again */
#endif
#ifndef CANCELS
#define CANCELS 0
#endif
#ifndef EXPIRIES
#define EXPIRIES 0
#endif

/* Committed. */
byte lastq[3], depth[3];
bool closed[3];
bool op[3*MAX+3], rel[3*MAX+3], busy[3*MAX+3], over[3*MAX+3];
bool known[3], expired[3];      /* a key, and whether its day has passed */
/* Locks, by the pid + 1 of who holds them. */
byte lock[3], keylock[3];

byte seqgen[3];                 /* BUG_SEQUENCE: a sequence instead of the lane's counter */
byte crash = CRASHES, canc = CANCELS, age = EXPIRIES;
byte begun[3], made[3];         /* the last operation that a worker began; those made under the key since it expired */
byte fin;

bool dense, in_order, one_per_key, nothing_after_deletion, depth_counts, all_done;
#define ensure(name, condition) assert(name || (condition))

inline lockrow(l) { atomic { l == 0 || lock[l] == 0 || lock[l] == me -> lock[l] = me } }
inline unlock() { lock[1] = (lock[1] == me -> 0 : lock[1]); lock[2] = (lock[2] == me -> 0 : lock[2]) }
inline unlockkeys() {
  keylock[1] = (keylock[1] == me -> 0 : keylock[1]); keylock[2] = (keylock[2] == me -> 0 : keylock[2])
}
inline bind(k, w) {             /* insert, or take an expired one over; waits for a rival's end, then decides */
  if
  :: k == 0 -> w = 1
  :: else ->
#ifdef BUG_TAKES_OVER_WHAT_IT_SAW
     w = (!known[k] || expired[k]);
     atomic { keylock[k] == 0 || keylock[k] == me -> if :: w -> keylock[k] = me :: else fi }
#else
     atomic { keylock[k] == 0 || keylock[k] == me ->
       if
       :: keylock[k] == me -> w = 0                     /* equal keys in one transaction */
       :: keylock[k] == 0 && known[k] && !expired[k] -> w = 0
       :: else -> keylock[k] = me; w = 1
       fi }
#endif
  fi
}

#define waits(l,n) (op[at(l,n)] && !over[at(l,n)])
#define HEAD(l) (waits(l,1) -> 1 : (waits(l,2) -> 2 : (waits(l,3) -> 3 : (waits(l,4) -> 4 : 0))))
#define unfinished(l) (waits(l,1) + waits(l,2) + waits(l,3) + waits(l,4))

inline withdraw(l, n) {          /* pending=cancel */
  c = 1;
  do
  :: c < n -> if :: waits(l,c) && !busy[at(l,c)] -> over[at(l,c)] = 1; depth[l]-- :: else fi; c++
  :: else -> break
  od; c = 0
}

inline put(l, k, d, w, n) {     /* a request's part of the commit */
  if
  :: l != 0 && w == 1 && !closed[l] ->
#ifdef BUG_SEQUENCE
     skip;
#else
     n = lastq[l] + 1;
#endif
     ensure(in_order, n > begun[l]);     /* nobody overtakes what a worker has begun */
     op[at(l,n)] = 1; lastq[l] = (n > lastq[l] -> n : lastq[l]); depth[l]++;
#ifdef BUG_HEAD_BEFORE_WITHDRAWAL
     rel[at(l,n)] = (depth[l] == 1);
#endif
     if :: d -> closed[l] = 1 :: else fi;
#ifdef WITHDRAW
     if :: d -> withdraw(l, n) :: else fi;
#endif
#ifndef BUG_HEAD_BEFORE_WITHDRAWAL
     rel[at(l,n)] = (depth[l] == 1);
#endif
     if :: k -> made[k]++; ensure(one_per_key, made[k] == 1); known[k] = 1; expired[k] = 0 :: else fi;
     ensure(depth_counts, depth[l] == unfinished(l))
#ifdef BUG_SEQ_BEFORE_KEY
  :: l != 0 && w == 0 -> lastq[l]++     /* the place was taken before the key had decided */
#endif
  :: else                       /* refused or replayed: nothing is kept, the key neither */
  fi
}

inline txn(l1,k1,d1, l2,k2,d2) {
  do
  ::
#ifdef BUG_READ_STATE_EARLY
     c1 = closed[l1]; c2 = closed[l2];
#endif
#ifdef BUG_KEY_BEFORE_LANE
     if :: me == 2 -> bind(k1,w1) :: else fi;
#endif
#ifdef BUG_UNSORTED_LANES
     lockrow(l1); lockrow(l2);
#else
     if :: l1 <= l2 -> lockrow(l1); lockrow(l2) :: else -> lockrow(l2); lockrow(l1) fi;
#endif
#ifndef BUG_READ_STATE_EARLY
     atomic { c1 = closed[l1]; c2 = closed[l2] };
#endif
#ifdef BUG_SEQUENCE
     atomic { seqgen[l1]++; n1 = seqgen[l1] }; atomic { seqgen[l2]++; n2 = seqgen[l2] };
     unlock();                          /* a sequence needs no lock */
#endif
#ifdef BUG_KEY_BEFORE_LANE
     if :: me != 2 -> bind(k1,w1) :: else fi;
#elif defined(BUG_UNSORTED_KEYS)
     bind(k1,w1); bind(k2,w2);
#else
     if :: k1 <= k2 -> bind(k1,w1); bind(k2,w2) :: else -> bind(k2,w2); bind(k1,w1) fi;
#endif
     if
     :: atomic { crash > 0 -> crash--; unlock(); unlockkeys() }         /* as if nothing had been */
     :: atomic {                                                        /* commit */
#ifdef BUG_READ_STATE_EARLY
          if :: !c1 && !d1 && w1 == 1 -> ensure(nothing_after_deletion, !closed[l1]) :: else fi;
          if :: !c2 && !d2 && w2 == 1 -> ensure(nothing_after_deletion, !closed[l2]) :: else fi;
#endif
          put(l1,k1,d1,w1,n1); put(l2,k2,d2,w2,n2);
          unlock(); unlockkeys(); n1 = 0; n2 = 0; c1 = 0; c2 = 0; w1 = 0; w2 = 0 }
        break
     fi
  od
}

#ifndef SCN
#define SCN 1
#endif
active [2] proctype Gateway() {
  byte me = _pid + 1, n1, n2, w1, w2, c; bool c1, c2;
#if SCN == 1                    /* two requests, repeated at the other gateway in another order */
  if
  :: me == 1 -> txn(1,1,0, 2,2,0)
  :: else    -> txn(2,2,0, 1,1,0)
  fi;
#elif SCN == 2                  /* a write against a deletion, and a third write */
  if
  :: me == 1 -> txn(1,1,0, 1,0,0)
  :: else    -> txn(1,0,1, 2,2,0)
  fi;
#elif SCN == 3                  /* one caller's keys for two lanes at once */
  if
  :: me == 1 -> txn(1,1,0, 1,2,0)
  :: else    -> txn(2,2,0, 2,1,0)
  fi;
#elif SCN == 4                  /* single requests: a repeated one, another caller's, a deletion */
  if
  :: me == 1 -> txn(1,1,0, 0,0,0); txn(1,0,0, 0,0,0)
  :: else    -> txn(1,1,0, 0,0,0); txn(1,0,1, 0,0,0)
  fi;
#elif SCN == 5                  /* a request that is repeated for days, meanwhile for another lane too */
  if
  :: me == 1 -> txn(1,1,0, 0,0,0); txn(1,1,0, 0,0,0)
  :: else    -> txn(2,1,0, 0,0,0); txn(1,1,0, 0,0,0)
  fi;
#endif
  fin++
}

#define ready(l,n) (rel[at(l,n)] && waits(l,n) && !busy[at(l,n)])
active [2] proctype Worker() {  /* one for each lane */
  byte me = _pid + 1, l = _pid - 1, n, h;
end:
  do
  :: ready(l,1) || ready(l,2) || ready(l,3) || ready(l,4) ->
     n = 1; do :: n <= 4 && !ready(l,n) -> n++ :: else -> break od;
     lockrow(l);                                                        /* the claim */
     atomic {
       if
       :: n <= 4 && waits(l,n) && HEAD(l) == n -> busy[at(l,n)] = 1; begun[l] = n
       :: else -> n = 0
       fi; unlock() }
     if
     :: n != 0 ->
#ifdef BUG_SNAPSHOT
        h = 1; do :: h <= 4 && (h == n || !waits(l,h)) -> h++ :: else -> break od;
#endif
        lockrow(l);                                                     /* the outcome */
#ifndef BUG_SNAPSHOT
        atomic { h = 1; do :: h <= 4 && (h == n || !waits(l,h)) -> h++ :: else -> break od };
#endif
        atomic { over[at(l,n)] = 1; busy[at(l,n)] = 0; depth[l]--;
                 if :: h <= 4 -> rel[at(l,h)] = 1 :: else fi;
                 ensure(depth_counts, depth[l] == unfinished(l)); unlock(); n = 0; h = 0 }
     :: else
     fi
  od
}

#if CANCELS > 0
active proctype Canceller() {
  byte me = _pid + 1, n, h;
end:
  do
  :: atomic { canc > 0 && lastq[1] > 0 -> canc--; n = 1; do :: n < lastq[1] -> n++ :: break od }
     lockrow(1);
     atomic {
       if
       :: waits(1,n) && !busy[at(1,n)] ->
          over[at(1,n)] = 1; depth[1]--;
#ifndef BUG_CANCEL_RELEASES_NOBODY
          h = HEAD(1); if :: h != 0 && !busy[at(1,h)] -> rel[at(1,h)] = 1 :: else fi;
#endif
          ensure(depth_counts, depth[1] == unfinished(1))
       :: else
       fi; unlock(); n = 0; h = 0 }
  od
}
#endif

#if EXPIRIES > 0
active proctype Keys() {        /* a day passes; expired keys are forgotten */
end:
  do
  :: atomic { age > 0 && known[1] && !expired[1] && keylock[1] == 0 -> age--; expired[1] = 1; made[1] = 0 }
#ifdef BUG_FORGETS_WHAT_IT_SAW
  :: expired[1] -> atomic { keylock[1] == 0 -> known[1] = 0; expired[1] = 0 }
#else
  :: atomic { expired[1] && keylock[1] == 0 -> known[1] = 0; expired[1] = 0 }
#endif
  od
}
#endif

#define full(l,n) ((n) > lastq[l] || op[at(l,n)])
#define through(l,n) ((n) > lastq[l] || over[at(l,n)])
active proctype Final() {
end:
  timeout ->
    ensure(all_done, fin == 2);         /* nobody waits for a lock for ever */
    ensure(dense, full(1,1) && full(1,2) && full(1,3) && full(1,4));
    ensure(dense, full(2,1) && full(2,2) && full(2,3) && full(2,4));
    ensure(all_done, through(1,1) && through(1,2) && through(1,3) && through(1,4));
    ensure(all_done, through(2,1) && through(2,2) && through(2,3) && through(2,4))
}
