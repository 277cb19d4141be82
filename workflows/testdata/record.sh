#!/bin/sh
# Records histories of every kind of run, for the replay test, on private servers (see `make setup`).
# Run it when a workflow has changed in a way that no run in flight has to follow.
set -eu
cd "$(dirname "$0")/.."
go test -count=1 -run TestRecordHistories . -record
