// Package devstack runs the local stack: real servers as private child processes, for `starter dev`,
// `starter demo` and the tests.
//
// Each server listens on a free loopback port and keeps its data, its log and its lock under one
// directory, which MySQL and Temporal may share; replicas of MySQL have directories of their own within it. A server never outlives the program that started it,
// even if that program is killed (see guard.sh).
package devstack
