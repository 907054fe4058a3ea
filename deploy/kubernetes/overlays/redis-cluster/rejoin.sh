#!/bin/sh
# A pod that is started again has another address than the one that the others know, and after a restart of all of them
# nobody knows anybody's: each tells all others where it is now. One that is in no cluster yet has nobody to tell.
set -eu
until redis-cli ping | grep -q PONG; do sleep 1; done
redis-cli cluster info | grep -q '^cluster_known_nodes:1[^0-9]' && exit 0
for number in 0 1 2 3 4 5; do
  [ "redis-$number" != "$(hostname)" ] || continue
  address=$(getent hosts "redis-$number.redis" | cut -d ' ' -f 1)
  [ -z "$address" ] || redis-cli cluster meet "$address" 6379
done
