// Package late tests views that come after their day has closed: the next day that
// can pays them, and its week says so.
package late
