package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"creatorpay/internal/issuer"
	"creatorpay/internal/localstack"
)

type tokenCommand struct {
	Creator  int64         `xor:"who" required:"" placeholder:"ID" help:"A token that reads what is this creator's."`
	Operator bool          `xor:"who" required:"" help:"A token that reads all."`
	For      time.Duration `default:"1h" help:"How long the token is good."`
	Dir      string        `default:".dev" type:"path" help:"Folder of the local stack."`
}

// Validate refuses what no token can say.
func (c tokenCommand) Validate() error {
	if c.Creator < 1 && !c.Operator {
		return fmt.Errorf("--creator is %d: creators' ids are greater than 0", c.Creator)
	}
	if c.For < time.Second {
		return fmt.Errorf("--for is %s: a token must be good for a second or longer", c.For)
	}
	return nil
}

func (c tokenCommand) Run(ctx context.Context) error {
	token, err := c.token(ctx)
	if err == nil {
		fmt.Println(token)
	}
	return err
}

func (c tokenCommand) token(ctx context.Context) (string, error) {
	local, err := issuer.Running(ctx, localstack.IssuerDir(c.Dir))
	switch {
	case errors.Is(err, issuer.ErrNotRunning):
		return "", fmt.Errorf("no local stack is running with its data under %s: start one with starter dev, or name its folder with --dir; other stacks have issuers of their own", shortPath(c.Dir))
	case err != nil:
		return "", err
	case c.Operator:
		return local.Operator(c.For)
	default:
		return local.Creator(c.Creator, c.For)
	}
}
