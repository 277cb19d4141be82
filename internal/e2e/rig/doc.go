// Package rig is what the end-to-end tests stand on: it builds the programs
// from source, starts them as processes on a real MySQL and a real Temporal
// server, and holds what they make of a watch log, byte for byte, against the
// oracle. A package of tests that uses it hands them to devtest.Main.
package rig
