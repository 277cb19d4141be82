// Package operations tests the commands of an operator: schedules and launches,
// partitions, verify, audit, replay, builds, and what they say to wrong settings.
package operations
