package devstack

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Clear removes what the servers have stored under dir, so that the next start begins with nothing.
// A directory that a stack is using is an error and stays as it is.
func Clear(ctx context.Context, dir string) error {
	if err := clearServer(ctx, dir, "mysql", "mysql"); err != nil {
		return fmt.Errorf("clear %s: %w", dir, err)
	}
	if err := ClearTemporal(ctx, dir); err != nil {
		return err
	}
	replicas, err := filepath.Glob(replicaDir(dir, "*"))
	if err != nil {
		return err
	}
	for _, replica := range replicas {
		if err := clearServer(ctx, replica, "mysql", "mysql"); err != nil {
			return fmt.Errorf("clear %s: %w", replica, err)
		}
	}
	return nil
}

// ClearTemporal removes what Temporal has stored under dir, whose databases stay: no workflow of an earlier start goes on.
func ClearTemporal(ctx context.Context, dir string) error {
	if err := clearServer(ctx, dir, "temporal", "temporal.db*"); err != nil {
		return fmt.Errorf("clear Temporal in %s: %w", dir, err)
	}
	return nil
}

func clearServer(ctx context.Context, dir, name, data string) error {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	lock, err := lockFile(ctx, filepath.Join(dir, name+".lock"))
	if err != nil {
		return err
	}
	defer lock.Close()
	stored, err := filepath.Glob(filepath.Join(dir, data))
	for _, path := range stored {
		err = errors.Join(err, os.RemoveAll(path))
	}
	return err
}
