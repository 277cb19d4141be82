//go:build race

package rig

// detectsRaces tells whether the tests are built with the race detector.
const detectsRaces = true
