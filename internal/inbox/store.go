package inbox

import (
	"bytes"
	"fmt"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/google/renameio/v2"
)

const (
	mailSuffix = ".eml"
	nameLayout = "20060102T150405.000000000Z" // sorts by time; UTC
)

// store keeps mails as files. The names sort in the order of arrival.
type store struct {
	dir string

	mutex sync.Mutex
	last  time.Time // of the newest mail of this process
}

// writeEnvelope writes the first headers of a stored mail: those that mail servers
// use for its envelope.
func writeEnvelope(mail *bytes.Buffer, from string, to []string) {
	fmt.Fprintf(mail, "Return-Path: <%s>\r\n", from)
	for _, recipient := range to {
		fmt.Fprintf(mail, "Delivered-To: %s\r\n", recipient)
	}
}

// add writes one mail. The file appears whole or not at all.
func (s *store) add(mail []byte) error {
	// Mails of several connections are written at the same time: each waits for the
	// disk.
	path := filepath.Join(s.dir, s.arrival().Format(nameLayout)+mailSuffix)
	return renameio.WriteFile(path, mail, 0o600, renameio.WithTempDir(s.dir))
}

// arrival is now, and after all arrivals before.
func (s *store) arrival() time.Time {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	arrived := time.Now().UTC()
	if !arrived.After(s.last) { // a coarse clock, or one that was set back
		arrived = s.last.Add(1)
	}
	s.last = arrived
	return arrived
}

// names are the files of all mails, the oldest first.
func (s *store) names() ([]string, error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return nil, fmt.Errorf("list the mails: %w", err)
	}
	var names []string
	for _, entry := range entries {
		if strings.HasSuffix(entry.Name(), mailSuffix) {
			names = append(names, entry.Name())
		}
	}
	return names, nil
}

// mail reads the headers of one mail.
func (s *store) mail(name string) (Mail, error) {
	file, err := s.open(name)
	if err != nil {
		return Mail{}, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return Mail{}, fmt.Errorf("read mail %s: %w", name, err)
	}
	message, err := mail.ReadMessage(file)
	if err != nil {
		return Mail{}, fmt.Errorf("read mail %s: %w", name, err)
	}
	return newMail(message.Header, file.Name(), info.Size()), nil
}

// open opens a mail by its name, which may come from a stranger.
func (s *store) open(name string) (*os.File, error) {
	if name != filepath.Base(name) || !strings.HasSuffix(name, mailSuffix) {
		return nil, fmt.Errorf("open mail %q: %w", name, os.ErrNotExist)
	}
	file, err := os.OpenInRoot(s.dir, name)
	if err != nil {
		return nil, fmt.Errorf("open the mail: %w", err)
	}
	return file, nil
}
