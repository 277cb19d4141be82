// Package chaos runs days, weeks and months while faults are injected at moments
// that a seed decides, repairs what fails as an operator does, and compares every
// table, mail and export with the oracle in the end.
package chaos
