// Package e2e tests the two programs as people run them: built from source, as
// processes, on a real MySQL and a real Temporal server. What they make of a
// watch log is held, byte for byte, against an oracle that reads the rules once
// more and shares no code with them.
package e2e
