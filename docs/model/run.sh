#!/bin/sh
# Checks the models, and that the checker finds every rule that is taken out of them.
#
#   ./run.sh quick     what fits into a minute: the smaller spaces, and the rules whose loss is found soonest
#   ./run.sh good      every space, whole: twenty minutes, and up to 6 GB
#   ./run.sh bugs      every rule taken out, and the scenarios that must be playable to their end
#   ./run.sh all       good and bugs
#
# One line for each check; the exit code is not 0 unless every line says pass. Needs spin (6.5) and gcc.
# JOBS checks run at a time (2, and 1 where the spaces are big).

# One check, in a folder of its own: EXPECTED MODEL FLAGS GCC-FLAGS PAN-FLAGS, separated by bars.
check() {
  expected=$1 model=$2 flags=$3 gcc_flags=$4 pan_flags=$5
  folder=$(mktemp -d)
  began=$(date +%s)
  (
    cd "$folder" && spin $flags -a "$here/$model.pml" > spin.log 2>&1 &&
      gcc -w $gcc_flags -DCOLLAPSE -DVECTORSZ=1024 -DMEMLIM=6000 -o pan pan.c 2> gcc.log &&
      ./pan $pan_flags > out 2>&1
  )
  result=$(outcome "$folder/out")
  states=$(sed -n 's/^ *\([0-9.e+]*\) states, stored.*/\1/p' "$folder/out" 2> /dev/null)
  what=$(sed -n 's/^pan:1: assertion violated *(\([a-z_]*\)||.*/\1/p; s/^pan:1: \(acceptance cycle\).*/\1/p' \
    "$folder/out" 2> /dev/null)
  [ "$result" = "$expected" ] && verdict=pass || verdict=FAIL
  printf '%s %-5s %-9s %-84s %9s states %4ss %s\n' \
    $verdict "$result" "$model" "$flags" "${states:-no}" $(($(date +%s) - began)) "$what"
  rm -rf "$folder"
  [ $verdict = pass ]
}
outcome() {
  if ! [ -s "$1" ]; then echo broken
  elif grep -q 'too small\|out of memory\|reached -DMEMLIM\|interrupted' "$1"; then echo cut
  elif grep -q 'errors: 0$' "$1"; then echo ok
  elif grep -q 'errors: [1-9]' "$1"; then echo found
  else echo broken; fi
}

here=$(cd "$(dirname "$0")" && pwd)
if [ "$1" = check ]; then
  IFS='|'
  set -- $2
  unset IFS
  check "$1" "$2" "$3" "$4" "$5"
  exit
fi

# The whole space, a few bytes a state; where it is small, compiling and clearing the table of states are what takes
# time. Liveness: under weak fairness. A rule taken out: breadth first, so that the trace is the shortest.
deep='-m1000000 -w24' shallow='-m100000 -w20'
small() { echo "ok|$1|$2|-O0 -DSAFETY -DHC4|$shallow"; }
ok() { echo "ok|$1|$2|-O1 -DSAFETY -DHC4|$deep"; }
drains() { echo "ok|$1|$2|-O1 -DNFAIR=4|$deep -a -f"; }
starves() { echo "found|$1|$2|-O0 -DNFAIR=4|$deep -a -f"; }
found() { echo "found|$1|$2|-O0 -DSAFETY -DBFS|$shallow"; }

small_spaces() {
  small lane "-DSCN=4 -DCRASHES=0 -DSTALLS=0"
  small lane "-DSCN=5 -DN=4 -DCRASHES=0 -DTOS=0"
  small lane "-DSCN=6 -DN=5 -DCRASHES=0 -DSTALLS=0 -DTOS=0"
  small lane "-DREALQ -DSCN=4 -DTOS=0 -DSTALLS=0 -DREFUSALS=0 -DDEADLINES=0"
  for scenario in 1 2 3 4; do small admission "-DSCN=$scenario"; done
  small admission "-DSCN=4 -DCANCELS=1 -DWITHDRAW"
  small admission "-DSCN=5 -DEXPIRIES=2"
  small wait ""
  small beside "-DSCN=1 -DCRASHES=0 -DSTALLS=0 -DREFUSALS=0 -DDEADLINES=0"
  small beside "-DSCN=1 -DCRASHES=0 -DSTALLS=0 -DPAUSED"
  small beside "-DSCN=2 -DCRASHES=0 -DSTALLS=0 -DPRUNE"
  small deleted "-DBACKS=0"
  small deleted "-DWRITES=0 -DREFUSALS=0 -DRESTORES=0 -DONE_GOES_BACK"
  small deleted "-DWRITES=0 -DREFUSALS=0 -DRESTORES=0 -DLOOKS=0 -DBACKS=0 -DLEDGER_BACKS=1"
}

whole_spaces() {
  ok lane "-DSCN=1"
  ok lane "-DSCN=4"
  ok lane "-DSCN=4 -DTOS=2 -DCRASHES=0"
  ok lane "-DSCN=1 -DCRASHES=0 -DPRUNE"
  ok lane "-DSCN=1 -DCRASHES=0 -DNO_FENCE"
  ok lane "-DSCN=1 -DCRASHES=0 -DVANISH=1"
  ok lane "-DSCN=1 -DCRASHES=0 -DRETRIES=1 -DN=4"
  ok lane "-DSCN=7 -DSTEPS=3"
  ok lane "-DSCN=7 -DSTEPS=3 -DCRASHES=0 -DCANCELS=1"
  ok lane "-DSCN=4 -DPOISON=1 -DDEADLINES=0"
  ok lane "-DSCN=4 -DCRASHES=0 -DSTUCK=1"
  ok lane "-DSCN=4 -DCRASHES=0 -DLAPSES=1"
  ok lane "-DSCN=2 -DN=4"
  ok lane "-DSCN=2 -DN=4 -DCRASHES=0 -DPENDING_CANCEL"
  ok lane "-DSCN=2 -DN=4 -DREFUSALS=0 -DDEADLINES=0 -DMUST"
  ok lane "-DSCN=3 -DCANCELS=1 -DPAUSES=1 -DSTALLS=0"
  ok lane "-DSCN=3 -DCANCELS=1 -DCRASHES=0"
  ok lane "-DSCN=5 -DN=4"
  ok lane "-DSCN=5 -DN=4 -DCRASHES=0 -DPENDING_CANCEL"
  ok lane "-DSCN=5 -DN=4 -DCRASHES=0 -DCANCELS=1"
  ok lane "-DSCN=6 -DN=5 -DCRASHES=0"
  ok lane "-DSCN=6 -DN=5 -DCRASHES=0 -DTOS=0 -DVANISH=1"
  ok lane "-DREALQ -DSCN=1 -DSTALLS=0 -DDUPS=0 -DREFUSALS=0 -DDEADLINES=0"
  ok lane "-DREALQ -DSCN=4 -DSTALLS=0 -DREFUSALS=0 -DDEADLINES=0"
  ok lane "-DREALQ -DSCN=4 -DCRASHES=0 -DREFUSALS=0 -DDEADLINES=0"
  ok lane "-DREALQ -DSCN=4 -DDUPS=0 -DFLUSHES=0 -DSTALLS=0 -DREFUSALS=0 -DDEADLINES=0 -DPAUSES=1"
  ok beside "-DSCN=1 -DCRASHES=0"
  ok beside "-DSCN=1 -DSTALLS=0"
  ok beside "-DSCN=1 -DCRASHES=0 -DSTALLS=0 -DHANGS"
  ok beside "-DSCN=1 -DCRASHES=0 -DSTALLS=0 -DUNSERVED=1"
  ok beside "-DSCN=1 -DCRASHES=0 -DSTALLS=0 -DCANCELS=1 -DLAPSES=1"
  ok beside "-DSCN=1 -DCRASHES=0 -DSTALLS=0 -DVANISH=1"
  ok beside "-DSCN=1 -DCRASHES=0 -DSTALLS=0 -DCANCELS=1 -DUNREADABLE"
  ok beside "-DSCN=2"
  ok beside "-DSCN=2 -DPRUNE"
  ok beside "-DSCN=3"
  ok deleted "-DWRITES=0 -DREFUSALS=0 -DLOOKS=0"
  ok deleted "-DREFUSALS=0 -DONE_GOES_BACK"
  ok deleted "-DWRITES=0 -DREFUSALS=0 -DRESTORES=0 -DLOOKS=0 -DONE_GOES_BACK -DLEDGER_BACKS=1"
  drains lane "-DREALQ -DLIVE -DSCN=4 -DSTALLS=0 -DREFUSALS=0 -DDEADLINES=0 -DDUPS=0 -DTOS=0"
  drains lane "-DREALQ -DLIVE -DSCN=4 -DTOS=0 -DCRASHES=0 -DSTALLS=0 -DREFUSALS=0 -DDEADLINES=0 -DPAUSES=1"
}

rules() {
  # at the services
  found lane "-DSCN=4 -DBUG_PLAIN_ASK"
  found lane "-DSCN=4 -DBUG_REFUSAL_ROLLS_BACK"
  found lane "-DSCN=4 -DBUG_UNDO_SHARES_KEY"
  found lane "-DSCN=4 -DCRASHES=0 -DPRUNE -DBUG_PRUNE_BY_AGE"
  found lane "-DSCN=4 -DCRASHES=0 -DVANISH=1 -DBUG_TOMB_FIRST"
  # in a run
  found lane "-DSCN=2 -DN=4 -DCRASHES=0 -DBUG_SETTLE_ONLY_OWN"
  found lane "-DSCN=4 -DPOISON=1 -DDEADLINES=0 -DBUG_POISON_ENDS"
  found lane "-DSCN=4 -DCRASHES=0 -DCANCELS=1 -DBUG_CANCEL_AT_CLAIM"
  found lane "-DSCN=4 -DCRASHES=0 -DVANISH=1 -DBUG_REJECT_HALFWAY"
  # in the ledger
  found lane "-DSCN=4 -DCRASHES=0 -DSTALLS=0 -DBUG_NO_HEAD"
  found lane "-DSCN=3 -DCANCELS=1 -DCRASHES=0 -DBUG_CANCEL_RETRYING"
  found lane "-DSCN=3 -DCANCELS=1 -DCRASHES=0 -DBUG_CANCEL_KEEPS_CLOSED"
  found lane "-DSCN=3 -DTOS=0 -DPAUSES=1 -DCRASHES=0 -DBUG_ONE_STATE"
  found lane "-DSCN=4 -DCRASHES=0 -DSTALLS=0 -DRETRIES=1 -DBUG_RETRY_SAME_SEQ"
  found lane "-DSCN=5 -DN=4 -DCRASHES=0 -DSTALLS=0 -DTOS=0 -DBUG_REGISTER_STAYS_OPEN"
  found lane "-DSCN=5 -DN=4 -DCRASHES=0 -DSTALLS=0 -DTOS=0 -DPENDING_CANCEL -DBUG_WITHDRAWS_REGISTRATION"
  found lane "-DSCN=6 -DN=5 -DCRASHES=0 -DSTALLS=0 -DTOS=0 -DREFUSALS=0 -DDEADLINES=0 -DVANISH=1 -DBUG_RESTORE_OPENS_ALWAYS"
  found admission "-DSCN=1 -DBUG_UNSORTED_LANES"
  found admission "-DSCN=3 -DBUG_UNSORTED_KEYS"
  found admission "-DSCN=4 -DBUG_KEY_BEFORE_LANE"
  found admission "-DSCN=1 -DBUG_SEQUENCE"
  found admission "-DSCN=2 -DCRASHES=0 -DBUG_SEQUENCE"
  found admission "-DSCN=1 -DBUG_SEQ_BEFORE_KEY"
  found admission "-DSCN=2 -DBUG_SNAPSHOT"
  found admission "-DSCN=2 -DBUG_READ_STATE_EARLY"
  found admission "-DSCN=5 -DEXPIRIES=1 -DBUG_TAKES_OVER_WHAT_IT_SAW"
  found admission "-DSCN=5 -DEXPIRIES=1 -DBUG_FORGETS_WHAT_IT_SAW"
  found admission "-DSCN=4 -DCANCELS=1 -DBUG_CANCEL_RELEASES_NOBODY"
  found admission "-DSCN=4 -DWITHDRAW -DBUG_HEAD_BEFORE_WITHDRAWAL"
  # in the queue, and for those who wait
  found lane "-DREALQ -DSCN=4 -DTOS=0 -DCRASHES=0 -DSTALLS=0 -DDUPS=0 -DBUG_NO_RECONCILER"
  found wait "-DBUG_LOOKS_FIRST"
  found wait "-DBUG_NEW_CONNECTION_WAKES_NOBODY"
  # beside the lane
  found beside "-DSCN=1 -DCRASHES=0 -DSTALLS=0 -DBUG_ONE_FENCE"
  found beside "-DSCN=1 -DCRASHES=0 -DSTALLS=0 -DTOS=0 -DBUG_DELETION_DOES_NOT_WAIT"
  found beside "-DSCN=1 -DCRASHES=0 -DSTALLS=0 -DTOS=0 -DUNSERVED=1 -DBUG_HALTS_THE_LANE"
  found beside "-DSCN=1 -DCRASHES=0 -DSTALLS=0 -DPAUSED -DBUG_WAITS_FOR_THE_LANE"
  found beside "-DSCN=2 -DCRASHES=0 -DSTALLS=0 -DBUG_ENDS_UNSETTLED"
  found beside "-DSCN=2 -DCRASHES=0 -DSTALLS=0 -DPRUNE -DBUG_FORGETS_BELOW_THE_LANE"
  # what was deleted
  found deleted "-DWRITES=0 -DREFUSALS=0 -DLOOKS=0 -DBUG_REPAIRS_NOTHING"
  found deleted "-DWRITES=0 -DREFUSALS=0 -DLOOKS=0 -DBUG_IDENTITYS_WORD_WINS"
  found deleted "-DWRITES=0 -DREFUSALS=0 -DLOOKS=0 -DBUG_REPAIR_BESIDE_LANE"
  found deleted "-DWRITES=0 -DREFUSALS=0 -DRESTORES=0 -DONE_GOES_BACK -DBUG_REPAIR_OPENS_DELETING"
  found deleted "-DWRITES=0 -DREFUSALS=0 -DLOOKS=0 -DBUG_LOOKS_UP_BEFORE_THE_MARK"
  found deleted "-DWRITES=0 -DREFUSALS=0 -DLOOKS=0 -DBUG_MARK_COVERS_WHAT_IT_DID_NOT_SEE"
  found deleted "-DWRITES=0 -DREFUSALS=0 -DRESTORES=0 -DONE_GOES_BACK -DBUG_MARKS_UNSEEN"
  found deleted "-DWRITES=0 -DREFUSALS=0 -DRESTORES=0 -DLOOKS=0 -DBACKS=0 -DLEDGER_BACKS=1 -DBUG_LEDGER_NOT_RAISED"
}

more_rules() {
  found lane "-DSCN=4 -DBUG_SETTLE_MOVES_FENCE_ONLY"
  found lane "-DSCN=4 -DCRASHES=0 -DPRUNE -DNO_FENCE"
  found lane "-DSCN=4 -DBUG_SETTLE_ONLY_OWN"
  found lane "-DSCN=4 -DBUG_UNDO_EARLY"
  found lane "-DSCN=4 -DPRUNE -DBUG_NO_EPOCH -DBUG_STALE_IS_4XX"
  starves lane "-DREALQ -DLIVE -DSCN=4 -DTOS=0 -DCRASHES=0 -DSTALLS=0 -DREFUSALS=0 -DDEADLINES=0 -DBUG_NO_RECONCILER"
  found beside "-DSCN=1 -DCRASHES=0 -DSTALLS=0 -DTOS=0 -DBUG_ACCEPTS_WHILE_DELETING"
  found beside "-DSCN=1 -DCRASHES=0 -DSTALLS=0 -DTOS=0 -DUNREADABLE -DBUG_NOT_GIVEN_UP_UNREAD"
  found beside "-DSCN=1 -DCRASHES=0 -DSTALLS=0 -DTOS=0 -DBUG_NO_HEAD"
  found beside "-DSCN=1 -DCRASHES=0 -DSTALLS=0 -DHANGS -DBUG_HOLDS_THE_LANE"
  found beside "-DSCN=3 -DCRASHES=0 -DSTALLS=0 -DTOS=0 -DBUG_WAITS_FOR_NO_REGISTRATION"
  found beside "-DSCN=1 -DCRASHES=0 -DSTALLS=0 -DTOS=0 -DVANISH=1 -DBUG_NO_TOMBSTONE"
  found beside "-DSCN=1 -DCRASHES=0 -DSTALLS=0 -DTOS=0 -DCANCELS=1 -DLAPSES=1 -DBUG_STAYS_BELOW_FENCE"
  found deleted "-DWRITES=0 -DREFUSALS=0 -DLOOKS=0 -DOTHERS=1 -DBUG_POSITIONS_ONLY"
  found deleted "-DWRITES=0 -DREFUSALS=0 -DLOOKS=0 -DBUG_REGISTER_AT_ACCEPTANCE"
  found deleted "-DWRITES=0 -DREFUSALS=0 -DRESTORES=0 -DONE_GOES_BACK -DLEDGER_BACKS=1 -DBUG_MARK_WITHOUT_TOKEN"
  # no rule: scenarios that are played to their end, or the spaces above would prove little
  found lane "-DSCN=2 -DN=4 -DTOS=0 -DSTALLS=0 -DCRASHES=0 -DWITNESS=4"
  found lane "-DSCN=5 -DN=4 -DTOS=0 -DSTALLS=0 -DCRASHES=0 -DWITNESS=3"
  found lane "-DSCN=6 -DN=5 -DTOS=0 -DSTALLS=0 -DCRASHES=0 -DWITNESS=4"
  for scenario in 1 2 3; do found beside "-DSCN=$scenario -DCRASHES=0 -DSTALLS=0 -DTOS=0 -DWITNESS=4"; done
}

checks() {
  case $1 in quick | good | all) small_spaces ;; esac
  case $1 in good | all) whole_spaces ;; esac
  case $1 in quick | bugs | all) rules ;; esac
  case $1 in bugs | all) more_rules ;; esac
}
case ${1:-quick} in
  quick | bugs) jobs=2 ;;
  good | all) jobs=1 ;;
  *) echo "usage: $0 [quick|good|bugs|all]" >&2 && exit 2 ;;
esac
checks "${1:-quick}" | xargs -d '\n' -n 1 -P "${JOBS:-$jobs}" "$here/run.sh" check
