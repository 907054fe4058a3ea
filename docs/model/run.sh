#!/bin/sh
# Checks the models, and that the checker finds every rule that is taken out of them.
#
#   ./run.sh quick     what fits into a minute: the smaller spaces and all rules
#   ./run.sh good      every space, whole
#   ./run.sh bugs      the rules that are taken out, and the scenarios that must be playable
#   ./run.sh all       good and bugs
#
# One line for each run; the exit code is not 0 unless every line says pass. Needs spin (6.5) and gcc.
here=$(cd "$(dirname "$0")" && pwd)
want=${1:-quick}
failed=0
case $want in quick | good | bugs | all) ;; *) echo "usage: $0 [quick|good|bugs|all]" >&2; exit 2 ;; esac

# check EXPECTED MODEL FLAGS GCC-FLAGS PAN-FLAGS: one verifier, built and run in a folder of its own
check() {
  folder=$(mktemp -d)
  began=$(date +%s)
  result=$(cd "$folder" && build "$2" "$3" "$4" && ./pan -m1000000 -w24 $5 > out 2>&1; outcome "$folder")
  states=$(sed -n 's/^ *\([0-9.e+]*\) states, stored.*/\1/p' "$folder/out" 2>/dev/null)
  what=$(sed -n 's/^pan:1: assertion violated *(\([a-z_]*\)||.*/\1/p; s/^pan:1: \(acceptance cycle\).*/\1/p' "$folder/out" 2>/dev/null)
  if [ "$result" = "$1" ]; then verdict=pass; else verdict=FAIL; failed=1; fi
  printf '%-4s %-5s %-9s %-78s %9s states %4ss %s\n' \
    "$verdict" "$result" "$2" "$3" "${states:-no}" "$(($(date +%s) - began))" "$what"
  rm -rf "$folder"
}
build() {
  spin $2 -a "$here/$1.pml" > spin.log 2>&1 && gcc -w $3 -DCOLLAPSE -DVECTORSZ=1024 -DMEMLIM=6000 -o pan pan.c 2> gcc.log
}
outcome() {
  if ! [ -s "$1/out" ]; then echo broken
  elif grep -q 'too small\|out of memory\|reached -DMEMLIM\|interrupted' "$1/out"; then echo cut
  elif grep -q 'errors: 0$' "$1/out"; then echo ok
  elif grep -q 'errors: [1-9]' "$1/out"; then echo found
  else echo broken; fi
}
# The whole space, a state in a few bytes. Liveness: under weak fairness. A rule taken out: breadth first, so that
# the trace is the shortest.
ok() { check ok "$1" "$2" "-O1 -DSAFETY -DHC4" ""; }
drains() { check ok "$1" "$2" "-O1 -DNFAIR=4" "-a -f"; }
starves() { check found "$1" "$2" "-O0 -DNFAIR=4" "-a -f"; }
found() { check found "$1" "$2" "-O0 -DSAFETY -DBFS" ""; }

small_spaces() {
  ok lane "-DSCN=4 -DCRASHES=0"
  ok lane "-DSCN=5 -DN=4 -DCRASHES=0 -DTOS=0"
  ok lane "-DSCN=6 -DN=5 -DCRASHES=0 -DTOS=0"
  ok lane "-DREALQ -DSCN=4 -DTOS=0 -DREFUSALS=0 -DDEADLINES=0"
  for scenario in 1 2 3 4; do ok admission "-DSCN=$scenario"; done
  ok admission "-DSCN=4 -DCANCELS=1 -DWITHDRAW"
  ok admission "-DSCN=5 -DEXPIRIES=2"
  ok wait ""
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
  drains lane "-DREALQ -DLIVE -DSCN=4 -DSTALLS=0 -DREFUSALS=0 -DDEADLINES=0 -DDUPS=0 -DTOS=0"
  drains lane "-DREALQ -DLIVE -DSCN=4 -DTOS=0 -DCRASHES=0 -DSTALLS=0 -DREFUSALS=0 -DDEADLINES=0 -DPAUSES=1"
}

rules() {
  # at the services
  found lane "-DSCN=4 -DBUG_PLAIN_ASK"
  found lane "-DSCN=4 -DBUG_SETTLE_MOVES_FENCE_ONLY"
  found lane "-DSCN=4 -DBUG_REFUSAL_ROLLS_BACK"
  found lane "-DSCN=4 -DBUG_UNDO_SHARES_KEY"
  found lane "-DSCN=4 -DCRASHES=0 -DPRUNE -DNO_FENCE"
  found lane "-DSCN=4 -DCRASHES=0 -DPRUNE -DBUG_PRUNE_BY_AGE"
  found lane "-DSCN=4 -DCRASHES=0 -DVANISH=1 -DBUG_TOMB_FIRST"
  # in a run
  found lane "-DSCN=4 -DBUG_SETTLE_ONLY_OWN"
  found lane "-DSCN=2 -DN=4 -DCRASHES=0 -DBUG_SETTLE_ONLY_OWN"
  found lane "-DSCN=4 -DBUG_UNDO_EARLY"
  found lane "-DSCN=4 -DPOISON=1 -DDEADLINES=0 -DBUG_POISON_ENDS"
  found lane "-DSCN=4 -DCRASHES=0 -DCANCELS=1 -DBUG_CANCEL_AT_CLAIM"
  found lane "-DSCN=4 -DCRASHES=0 -DVANISH=1 -DBUG_REJECT_HALFWAY"
  found lane "-DSCN=4 -DPRUNE -DBUG_NO_EPOCH -DBUG_STALE_IS_4XX"
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
  starves lane "-DREALQ -DLIVE -DSCN=4 -DTOS=0 -DCRASHES=0 -DSTALLS=0 -DREFUSALS=0 -DDEADLINES=0 -DBUG_NO_RECONCILER"
  found wait "-DBUG_LOOKS_FIRST"
  found wait "-DBUG_NEW_CONNECTION_WAKES_NOBODY"
  # no rule: scenarios that are played to their end, or the spaces above would prove little
  found lane "-DSCN=2 -DN=4 -DTOS=0 -DSTALLS=0 -DCRASHES=0 -DWITNESS=4"
  found lane "-DSCN=5 -DN=4 -DTOS=0 -DSTALLS=0 -DCRASHES=0 -DWITNESS=3"
  found lane "-DSCN=6 -DN=5 -DTOS=0 -DSTALLS=0 -DCRASHES=0 -DWITNESS=4"
}

case $want in quick | good | all) small_spaces ;; esac
case $want in good | all) whole_spaces ;; esac
case $want in quick | bugs | all) rules ;; esac
exit $failed
