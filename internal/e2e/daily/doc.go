// Package daily tests what a day is worth and when it runs: its figures, its
// prices and settings, rows that arrive while it runs, and what it waits for.
package daily
