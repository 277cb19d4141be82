#!/bin/sh
# Records a history of every kind of run, for the replay test, on private servers (see `make setup`).
#
#   record.sh          replaces the histories: for a change that no run in flight has to follow
#   record.sh NAME     keeps the old ones in histories/NAME first, such as before-taxes: for a change
#                      behind workflow.GetVersion, which has to follow them too
set -eu
cd "$(dirname "$0")"
if [ $# -gt 0 ]; then
  mkdir "histories/$1"
  cp histories/*.json "histories/$1"
fi
cd ..
go test -count=1 -timeout 15m -run TestRecordHistories . -record
