package localstack

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"

	"creatorpay/engine/link"
	"creatorpay/internal/devstack"
	"creatorpay/internal/issuer"
)

// access is by what the stack's readers are let in.
type access struct {
	issuer   *issuer.Server
	linkKeys string
	pagesURL string
}

// IssuerDir is the folder of the stack's issuer under dir.
func IssuerDir(dir string) string { return filepath.Join(dir, "issuer") }

// linkKeysFile is where the stack keeps its LINK_KEYS.
func linkKeysFile(dir string) string { return filepath.Join(dir, "link-keys") }

// clearAccess removes the keys.
func clearAccess(dir string) error {
	return errors.Join(os.RemoveAll(IssuerDir(dir)), os.RemoveAll(linkKeysFile(dir)))
}

// startAccess starts the issuer, and chooses where the pages will be.
func startAccess(ctx context.Context, dir string) (a access, err error) {
	if a.linkKeys, err = linkKeys(dir); err != nil {
		return access{}, err
	}
	port, err := devstack.FreePort(ctx)
	if err != nil {
		return access{}, err
	}
	a.pagesURL = fmt.Sprintf("http://127.0.0.1:%d", port)
	a.issuer, err = issuer.Start(ctx, IssuerDir(dir))
	return a, err
}

// linkKeys are the keys that an earlier stack has left, so that its mails' links
// stay good; else a new one.
func linkKeys(dir string) (string, error) {
	kept, err := os.ReadFile(linkKeysFile(dir))
	if err == nil || !errors.Is(err, os.ErrNotExist) {
		return string(kept), err
	}
	key, err := link.NewKey("local")
	if err != nil {
		return "", err
	}
	return key, renameio.WriteFile(linkKeysFile(dir), []byte(key), 0o600)
}
