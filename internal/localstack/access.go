package localstack

import (
	"context"
	"errors"
	"fmt"
	"net"
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

// pagesFile is where the stack keeps the address of its pages.
func pagesFile(dir string) string { return filepath.Join(dir, "pages-address") }

// clearAccess removes the keys and the address.
func clearAccess(dir string) error {
	return errors.Join(os.RemoveAll(IssuerDir(dir)), os.RemoveAll(linkKeysFile(dir)), os.RemoveAll(pagesFile(dir)))
}

// startAccess starts the issuer, and chooses where the pages will be.
func startAccess(ctx context.Context, dir string) (a access, err error) {
	if a.linkKeys, err = linkKeys(dir); err != nil {
		return access{}, err
	}
	address, err := pagesAddress(ctx, dir)
	if err != nil {
		return access{}, err
	}
	a.pagesURL = "http://" + address
	a.issuer, err = issuer.Start(ctx, IssuerDir(dir))
	return a, err
}

// pagesAddress is where an earlier stack had its pages, to which its mails link,
// unless somebody else listens there now; else a free address.
func pagesAddress(ctx context.Context, dir string) (string, error) {
	var config net.ListenConfig
	if kept, err := os.ReadFile(pagesFile(dir)); err == nil {
		if listener, err := config.Listen(ctx, "tcp", string(kept)); err == nil {
			return string(kept), listener.Close()
		}
	}
	port, err := devstack.FreePort(ctx)
	if err != nil {
		return "", err
	}
	address := fmt.Sprintf("127.0.0.1:%d", port)
	return address, renameio.WriteFile(pagesFile(dir), []byte(address), 0o600)
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
