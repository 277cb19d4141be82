// Package e2e has nothing but the rooms of the end-to-end tests, which test the
// programs as people run them: built from source, as processes, on a real
// MySQL and a real Temporal server. What they make of a watch log is held, byte
// for byte, against an oracle that reads the rules once more and shares no code
// with them.
//
//   - oracle works out what a watch log is worth;
//   - rig builds and starts the programs and compares what they did;
//   - daily, weekly and late test what days, weeks and late views come to;
//   - recovery tests what goes on after failures, resets and kills;
//   - failover kills the server that takes the writes, with semi-synchronous replicas, in a group and in a Galera cluster;
//   - operations tests the commands of an operator;
//   - chaos runs weeks under random faults;
//   - sabotage tests that chaos finds each safety that is taken out;
//   - readside tests the api on a primary and replicas, and runs it under faults.
package e2e
