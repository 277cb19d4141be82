// Package recovery tests what goes on where it stopped: runs that failed, were cut
// off or reset, and workers and databases that were killed.
package recovery
