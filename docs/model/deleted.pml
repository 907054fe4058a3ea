/*
 * What was deleted stays deleted: one user, one lane, two services. The ledger is the register of deletions. Each service
 * may go back to an earlier copy of itself, and so may the ledger. The gateway finds out by marks: a growing number with
 * a token, which it leaves in a service and compares when it looks again. What may be lost is applied again through the
 * lane, by a repair that carries the register as it is at its turn.
 *
 * How a step is carried out once, whatever is lost on the way, is lane.pml's subject. Here a step is applied or it is
 * not, anything may go back between any two steps, and what is checked is which word wins in the end.
 */
#ifndef DELETIONS
#define DELETIONS 1
#endif
#ifndef RESTORES
#define RESTORES 1
#endif
#ifndef WRITES
#define WRITES 1
#endif
#ifndef REFUSALS
#define REFUSALS 1
#endif
#ifndef BACKS
#define BACKS 1          /* of each service */
#endif
#ifndef LEDGER_BACKS
#define LEDGER_BACKS 0
#endif
#ifndef LOOKS
#define LOOKS 1          /* that find nothing, at each service; those that find something are not counted */
#endif
#ifndef OTHERS
#define OTHERS 0         /* steps of other users, in each service */
#endif
#define WAITING 4        /* writes that may wait */

mtype = { WRITE, DELETE, RESTORE, REPAIR, OPEN, DELETING, DELETED };

/* The ledger. */
mtype admission = OPEN;
bool registered;                 /* whether the register has the user for deleted */
byte seq;                        /* of the last write that was accepted */
byte seen_mark[2], seen_token[2];
byte uncovered[2];               /* the newest step there that was applied after the mark was left; 0 is none */
bool repair_waits;
bool life;                       /* another one when the ledger goes back: no worker outlives that */
chan lane = [WAITING] of { mtype, byte, bool };

/* The services. */
bool gone[2];
byte fence[2], mark[2], token[2], position[2], seen_position[2];
byte tokens;                     /* none comes twice, whatever goes back */

/* Their earlier copies, and the ledger's. */
bool s_gone[2], s_copied[2];
byte s_fence[2], s_mark[2], s_token[2], s_position[2];
mtype l_admission = OPEN;
bool l_registered, l_copied;
byte l_seq, l_mark[2], l_token[2], l_uncovered[2];

/* What the client was told: a deletion, which has neither failed nor been followed by a restore. */
bool acknowledged;
byte deletions = DELETIONS, restores = RESTORES, writes = WRITES, refusals = REFUSALS;

bool accepts_nothing_after_deletion, opens_only_by_restore, stays_deleted, agrees_with_register, comes_to_rest;
#define promise(name, holds) assert(name || (holds))

inline open_lane() { admission = OPEN; promise(opens_only_by_restore, !acknowledged) }

inline accept(kind) { seq++; lane!kind(seq, registered) }

/* One that waits will carry the register as it is then: a second one would add nothing. */
inline accept_repair() {
  if :: repair_waits -> skip :: else -> repair_waits = 1; accept(REPAIR) fi
}

active proctype Client() {
end:
  do
  :: atomic { writes > 0 && admission == OPEN && nfull(lane) ->
       promise(accepts_nothing_after_deletion, !acknowledged);
       writes--; accept(WRITE) }
  :: atomic { deletions > 0 && admission == OPEN && nfull(lane) ->
       deletions--; acknowledged = 1; admission = DELETING; accept(DELETE) }
  :: atomic { restores > 0 && admission == DELETED && nfull(lane) -> restores--; accept(RESTORE) }
  :: atomic { nfull(lane) && deletions + restores + writes > 0 -> deletions = 0; restores = 0; writes = 0 }
  od
}

/* A step is applied if the service has seen nothing newer. */
inline step(s, leaves) {
  if
  :: holds == life && at >= fence[s] ->
       fence[s] = at; gone[s] = leaves; uncovered[s] = at; next_position(s)
  :: else
  fi
}

inline next_position(s) {
#if OTHERS
  position[s]++;
  seen_position[s] = (position[s] > seen_position[s] -> position[s] : seen_position[s])
#else
  skip
#endif
}

inline deleted() {
  if :: holds == life -> registered = 1; admission = DELETED :: else fi
}

inline not_deleted() {
  if :: holds == life -> acknowledged = 0; open_lane() :: else fi
}

inline restored() {
  if :: holds == life && admission == DELETED -> registered = 0; acknowledged = 0; open_lane() :: else fi
}

inline repaired() {
#ifdef BUG_IDENTITYS_WORD_WINS
  if
  :: holds == life && !as && admission == DELETED -> registered = 0; open_lane()
  :: holds == life && as -> registered = 1; admission = DELETED
  :: else
  fi
#else
#ifdef BUG_REPAIR_OPENS_DELETING
  if :: holds == life && !as && admission == DELETING -> open_lane() :: else fi
#else
  skip
#endif
#endif
}

active proctype Worker() {
  mtype kind; byte at; bool as, then, holds;
end:
  do
  :: atomic { lane?kind(at, then) -> holds = life; as = registered;
       if :: kind == REPAIR -> repair_waits = 0 :: else fi;
#ifdef BUG_REGISTER_AT_ACCEPTANCE
       as = then;
#endif
#ifdef BUG_IDENTITYS_WORD_WINS
       as = gone[0];
#endif
     };
     if
     :: kind == WRITE -> atomic { step(1, gone[1]) }
     :: kind == DELETE ->
          if
          :: atomic { refusals > 0 -> refusals--; not_deleted() }  /* by a relation, before anything is applied */
          :: atomic { step(1, 1) }; atomic { step(0, 1) }; atomic { deleted() }
          fi
     :: kind == RESTORE -> atomic { step(0, 0) }; atomic { step(1, 0) }; atomic { restored() }
     :: kind == REPAIR -> atomic { step(0, as) }; atomic { step(1, as) }; atomic { repaired() }
     fi;
     atomic { kind = WRITE; at = 0; as = 0; then = 0; holds = 0 }
  od
}

/* Whether a service is not as it was left. */
#ifdef BUG_POSITIONS_ONLY
#define went_back(s) (position[s] < seen_position[s])
#else
#ifdef BUG_MARK_WITHOUT_TOKEN
#define went_back(s) (mark[s] < seen_mark[s])
#else
#define went_back(s) (mark[s] != seen_mark[s] || token[s] != seen_token[s])
#endif
#endif

inline reapply(s) {
#ifdef BUG_REPAIR_BESIDE_LANE
  gone[s] = registered
#else
#ifdef BUG_REPAIRS_NOTHING
  skip
#else
  accept_repair()
#endif
#endif
}

inline compare(s) {
  covered = uncovered[s];
  if :: went_back(s) -> reapply(s) :: else fi
}

/* The number goes on from the ledger's. The service takes the mark if it still has the one that was compared. */
inline leave_mark(s) {
  tokens++; mark[s] = seen_mark[s] + 1; token[s] = tokens;
  seen_mark[s] = mark[s]; seen_token[s] = tokens; seen_position[s] = position[s]
}

/* No mark answers yet for what was applied after it: that is looked up. Only then the new mark answers for it. */
inline look_up(s) {
  if :: covered > fence[s] -> reapply(s) :: else fi
}

inline cover(s) {
  if :: uncovered[s] == covered -> uncovered[s] = 0 :: else fi;
  covered = 0
}

/* A look at one service. Which word of it comes first is load-bearing. */
proctype Look(byte s) {
  byte covered, looks = LOOKS;
end:
  do
  :: atomic { nfull(lane) && (went_back(s) || uncovered[s] > 0 || looks > 0) ->
       if :: !went_back(s) && uncovered[s] == 0 -> looks-- :: else fi;
#ifdef BUG_LOOKS_UP_BEFORE_THE_MARK
       covered = uncovered[s]; look_up(s) };
     atomic { compare(s); leave_mark(s); cover(s) }
#else
#ifdef BUG_MARKS_UNSEEN
       compare(s) };
     atomic { leave_mark(s) };
#else
       compare(s); leave_mark(s) };
#endif
#ifdef BUG_MARK_COVERS_WHAT_IT_DID_NOT_SEE
     atomic { cover(s) }
#else
     atomic { nfull(lane) -> look_up(s); cover(s) }
#endif
#endif
  od
}

/* A copy of a service is made at any time and put back at any later one. */
proctype Service(byte s) {
  byte backs = BACKS, others = OTHERS;
end:
  do
  :: atomic { backs > 0 && !s_copied[s] ->
       s_copied[s] = 1; s_gone[s] = gone[s]; s_fence[s] = fence[s]; s_mark[s] = mark[s]; s_token[s] = token[s];
       s_position[s] = position[s] }
  :: atomic { backs > 0 && s_copied[s] ->
       backs--; gone[s] = s_gone[s]; fence[s] = s_fence[s]; mark[s] = s_mark[s]; token[s] = s_token[s];
       position[s] = s_position[s];
       s_gone[s] = 0; s_fence[s] = 0; s_mark[s] = 0; s_token[s] = 0; s_position[s] = 0 }
  :: atomic { others > 0 -> others--; next_position(s) }
  od
}

#if LEDGER_BACKS
#define newer_deletion(s) (gone[s] && fence[s] > l_seq)

inline forget_what_waits() {
  do :: lane?_(_, _) :: empty(lane) -> break od;
  repair_waits = 0
}

/* The ledger is older than the services: their deletions are taken over, and nothing of what it had opened. */
inline raise() {
#ifndef BUG_LEDGER_NOT_RAISED
  if :: newer_deletion(0) || newer_deletion(1) -> registered = 1; admission = DELETED :: else fi;
  seq = (seq > fence[0] -> seq : fence[0]);
  seq = (seq > fence[1] -> seq : fence[1]);
#endif
  accept_repair()
}

/* A deletion that was told and that neither ledger nor services know any more is out of reach. */
active proctype Backup() {
end:
  atomic { empty(lane) -> l_copied = 1; l_admission = admission; l_registered = registered; l_seq = seq;
    l_mark[0] = seen_mark[0]; l_mark[1] = seen_mark[1]; l_token[0] = seen_token[0]; l_token[1] = seen_token[1];
    l_uncovered[0] = uncovered[0]; l_uncovered[1] = uncovered[1] };
end_copied:
  atomic { l_admission != DELETING && (!acknowledged || l_registered || newer_deletion(0) || newer_deletion(1)) ->
    forget_what_waits(); life = 1 - life;
    admission = l_admission; registered = l_registered; seq = l_seq;
    seen_mark[0] = l_mark[0]; seen_mark[1] = l_mark[1]; seen_token[0] = l_token[0]; seen_token[1] = l_token[1];
    uncovered[0] = l_uncovered[0]; uncovered[1] = l_uncovered[1];
    raise() }
}
#endif

init {
  atomic {
    run Look(0); run Look(1); run Service(0);
#ifndef ONE_GOES_BACK
    run Service(1)
#endif
  }
}

active proctype Final() {
end:
  timeout ->
    promise(comes_to_rest, empty(lane) && admission != DELETING);
    promise(stays_deleted, !acknowledged || registered);
    promise(agrees_with_register, gone[0] == registered && gone[1] == registered);
    promise(agrees_with_register, registered == (admission == DELETED))
}
