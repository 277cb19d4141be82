//go:build race

package e2e

var (
	// buildFlags make the programs report data races when the tests do.
	buildFlags = []string{"-race"}
	// raceSettings end a program when it has ended. By default the detector keeps
	// each one for another second, which the tests would wait for at every command.
	raceSettings = []string{"GORACE=atexit_sleep_ms=0"}
)
