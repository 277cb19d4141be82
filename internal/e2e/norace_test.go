//go:build !race

package e2e

const detectsRaces = false
