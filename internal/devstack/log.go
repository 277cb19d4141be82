package devstack

import (
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
)

const (
	tailLines = 15      // of a text, in a message
	tailBytes = 8 << 10 // of a log, read for them
)

// logFile is a server's log, open for appending. It knows where the present run's part begins.
type logFile struct {
	*os.File
	start int64
}

func openLog(path string) (*logFile, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	start, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, err
	}
	return &logFile{File: file, start: start}, nil
}

// tail names the log and quotes the last lines of the present run, for an error message.
func (l *logFile) tail() string {
	end, err := l.Seek(0, io.SeekEnd)
	if err != nil {
		return fmt.Sprintf("its log cannot be read: %v", err)
	}
	start := max(l.start, end-tailBytes)
	text := make([]byte, end-start)
	if _, err := l.ReadAt(text, start); err != nil {
		return fmt.Sprintf("its log cannot be read: %v", err)
	}
	return quoteTail(l.Name(), text)
}

// causes are the words of lines that say what went wrong, in the output of MySQL, MariaDB, their installers and a shell.
var causes = regexp.MustCompile(`(?i)\b(error|fatal|could not|couldn't|cannot|can't|not found|no such file|no space|denied)\b`)

// quoteCause is the lines of a program's output that say what went wrong, else its last ones: installers end
// with general advice, which can be longer than what is quoted.
func quoteCause(source string, text []byte) string {
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	lines = slices.DeleteFunc(lines, func(line string) bool { return !causes.MatchString(line) })
	if len(lines) == 0 {
		return quoteTail(source, text)
	}
	return fmt.Sprintf("from %s:\n%s", source, strings.Join(lines[:min(len(lines), tailLines)], "\n"))
}

// quoteTail is the last lines of a text under a heading that names where it is from.
func quoteTail(source string, text []byte) string {
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	lines = lines[max(0, len(lines)-tailLines):]
	return fmt.Sprintf("the end of %s:\n%s", source, strings.Join(lines, "\n"))
}
