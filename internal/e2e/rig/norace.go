//go:build !race

package rig

const detectsRaces = false
