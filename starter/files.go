package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
)

// writeFile puts the file in its place, that of a link's target if there is one, when it is whole: a reader
// never sees half of it. Only its owner may read it, since names, addresses and amounts are in
// what this program writes.
func writeFile(path string, write func(io.Writer) error) error {
	if there, err := os.Stat(path); err == nil {
		if stdout, err := os.Stdout.Stat(); err == nil && os.SameFile(there, stdout) { // as /dev/stdout is
			return spool(os.Stdout, write)
		}
		if !there.Mode().IsRegular() {
			return writeInto(path, write)
		}
	}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	file, err := renameio.TempFile(filepath.Dir(path), path) // created with mode 0600
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer func() { _ = file.Cleanup() }() // of half a file; a whole one it leaves alone
	if err := write(file); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := file.CloseAtomicallyReplace(); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// writeInto writes to what is there and is no file, as a device or a named pipe.
func writeInto(path string, write func(io.Writer) error) error {
	to, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(spool(to, write), to.Close())
}

// spool writes to a temporary file and copies that. Whoever reads the copy may
// pause for as long as they like, as a pager does, and keeps no query open; and
// what fails leaves nothing behind that looks like a result.
func spool(to io.Writer, write func(io.Writer) error) error {
	file, err := os.CreateTemp("", "creatorpay-")
	if err != nil {
		return err
	}
	defer file.Close()
	// At once: a reader that goes away, such as head, ends the program by a signal.
	if err := os.Remove(file.Name()); err != nil {
		return err
	}
	if err := write(file); err != nil {
		return err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err = io.Copy(to, file)
	return err
}
