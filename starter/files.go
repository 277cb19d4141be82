package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
)

// writeFile puts the file in its place when it is whole: a reader never sees half
// of it. Only its owner may read it, since names, addresses and amounts are in
// what this program writes.
func writeFile(path string, write func(io.Writer) error) error {
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

// spool writes to a temporary file and copies that. Whoever reads the copy may
// pause for as long as they like, as a pager does, and keeps no query open; and
// what fails leaves nothing behind that looks like a result.
func spool(to io.Writer, write func(io.Writer) error) error {
	file, err := os.CreateTemp("", "creatorpay-")
	if err != nil {
		return err
	}
	defer func() {
		_ = file.Close()
		_ = os.Remove(file.Name())
	}()
	if err := write(file); err != nil {
		return err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err = io.Copy(to, file)
	return err
}
