#!/bin/sh
# Makes the six servers one cluster, once: with a cluster that is there, nothing is done.
set -eu
addresses=
for number in 0 1 2 3 4 5; do
  until redis-cli -h "redis-$number.redis" ping | grep -q PONG; do sleep 1; done
  addresses="$addresses $(getent hosts "redis-$number.redis" | cut -d ' ' -f 1):6379"
done
redis-cli -h redis-0.redis cluster info | grep -q '^cluster_slots_assigned:16384' && exit 0
# Not in quotes: it is six arguments.
redis-cli --cluster create $addresses --cluster-replicas 1 --cluster-yes
