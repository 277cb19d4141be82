// Package settlement holds the rules by which plays and payments become statistics
// and money. It is pure: no I/O, no clock, no database. Read it first.
//
// Each rule carries the number that it has in the README, and its tests carry the
// same number.
package settlement
