/*
 * Waiting for the end of an operation (Prefer: wait, Read-After, the withdrawal of a write in retry): the waiter
 * subscribes, then looks, and looks again whenever it is woken. The database announces an end at its commit, on
 * a connection that may be lost and made again; whoever waits is woken by the new connection too.
 */
bool ended, subscribed, woken, connected = 1, answered;
byte losses = 1;

active proctype Waiter() {
#ifdef BUG_LOOKS_FIRST
  if :: ended -> answered = 1; goto done :: else fi;
  subscribed = 1;
#else
again:
  subscribed = 1;
  if :: ended -> answered = 1; goto done :: else fi;
#endif
  atomic { woken -> woken = 0; subscribed = 0 };
#ifdef BUG_LOOKS_FIRST
  answered = 1;
#else
  goto again;
#endif
done:
  skip
}

active proctype Database() {
  atomic { ended = 1; if :: connected && subscribed -> woken = 1 :: else fi }
}

active proctype Connection() {
end:
  do
  :: atomic { losses > 0 && connected -> losses--; connected = 0 }
  :: atomic { !connected -> connected = 1;
#ifndef BUG_NEW_CONNECTION_WAKES_NOBODY
       if :: subscribed -> woken = 1 :: else fi
#endif
     }
  od
}

bool all_answered;
active proctype Final() {
end:
  timeout -> assert(all_answered || answered)
}
