//go:build race

package e2e

// detectsRaces tells whether the tests are built with the race detector.
const detectsRaces = true
