package devstack

import (
	"fmt"
	"io"
	"os"
	"strings"
)

const (
	tailLines = 15
	tailBytes = 8 << 10
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

// quoteTail is the last lines of a text under a heading that names where it is from.
func quoteTail(source string, text []byte) string {
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	lines = lines[max(0, len(lines)-tailLines):]
	return fmt.Sprintf("the end of %s:\n%s", source, strings.Join(lines, "\n"))
}
