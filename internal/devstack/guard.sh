# Runs a server and sees to it that it never outlives the program that started it.
#
#   sh -c "$(cat guard.sh)" guard GRACE COMMAND [ARGUMENT ...]
#
# Fd 3 is the lifeline: the read end of a pipe whose only write end is held by that program. It closes
# when the program wants the server stopped, and when the program ends, however it ends: then the
# server gets TERM, and KILL if it is still there after GRACE seconds.
# Fd 4 is the lock on the server's data. Only this shell holds on to it here: it ends after the server.
#
# Prints the server's process id, then nothing more; exits with the server's status.

grace=$1
shift

"$@" >&2 3<&- 4<&- &
server=$!
echo "$server"
exec >&-

(
  read -r _ <&3
  kill -TERM "$server"
  while [ "$grace" -gt 0 ] && kill -0 "$server"; do
    sleep 1
    grace=$((grace - 1))
  done
  kill -KILL "$server"
) 2>/dev/null 4<&- &
watcher=$!

wait "$server"
status=$?
kill "$watcher" 2>/dev/null
exit "$status"
