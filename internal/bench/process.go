package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// clockTicks is how many ticks of a process's CPU time make a second on Linux.
const clockTicks = 100

// cpuTime is how much CPU time the processes have used so far, all together.
func cpuTime(pids ...int) (sum time.Duration, err error) {
	for _, pid := range pids {
		one, err := cpuTimeOf(pid)
		if err != nil {
			return 0, err
		}
		sum += one
	}
	return sum, nil
}

func cpuTimeOf(pid int) (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	// The name, in parentheses, may hold blanks; user and system time are the
	// 12th and 13th field after it.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	user, userErr := strconv.ParseInt(fields[11], 10, 64)
	system, systemErr := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * time.Second / clockTicks, errors.Join(userErr, systemErr)
}

// peakMemory is the most memory that the process has had since [resetPeak], in
// bytes.
func peakMemory(pid int) (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	kilobytes, err := strconv.ParseInt(strings.Fields(after)[0], 10, 64)
	return kilobytes << 10, err
}

func resetPeak(pid int) error {
	return os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0)
}

// diskRead is how many bytes the process has read from the disk so far.
func diskRead(pid int) (int64, error) {
	counters, err := os.ReadFile(fmt.Sprintf("/proc/%d/io", pid))
	if err != nil {
		return 0, err
	}
	_, after, found := strings.Cut(string(counters), "\nread_bytes:")
	if !found {
		return 0, fmt.Errorf("/proc/%d/io has no read_bytes", pid)
	}
	return strconv.ParseInt(strings.Fields(after)[0], 10, 64)
}
