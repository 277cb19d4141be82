package devstack

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// SeedMySQL gives dir the data directory of a fresh server, for a StartMySQL that follows. It is a
// copy of one kept in the user's cache, one per server version and settings, which spares each run of the tests
// the seconds that making a new one takes. A directory that has data already is an error.
func SeedMySQL(ctx context.Context, dir string) error {
	template, err := mysqlTemplate(ctx)
	if err != nil {
		return fmt.Errorf("seed mysql: %w", err)
	}
	if err := os.CopyFS(mysqlDataDir(dir), os.DirFS(template)); err != nil {
		return fmt.Errorf("seed mysql: %w", err)
	}
	return nil
}

// mysqlTemplate is the cached data directory, which it makes on first use.
func mysqlTemplate(ctx context.Context) (string, error) {
	program, err := findMySQL(ctx)
	if err != nil {
		return "", err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	cache = filepath.Join(cache, "creatorpay")
	if err := os.MkdirAll(cache, 0o750); err != nil {
		return "", err
	}
	hash := sha256.Sum256([]byte(program.version + strings.Join(program.settings(), "\n")))
	template := filepath.Join(cache, fmt.Sprintf("mysql-%x", hash[:8]))
	return template, program.initialise(ctx, template)
}
