// Package settlement holds the rules by which plays become statistics and
// money. It is pure: no I/O, no clock, no database. Read it first.
//
// Each rule carries the number that it has in the README (R1 to R12), and its
// tests carry the same number.
package settlement
