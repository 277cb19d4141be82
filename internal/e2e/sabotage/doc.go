// Package sabotage tests chaos itself: it takes one safety after the other out of
// the worker and expects the comparison to find a difference.
package sabotage
