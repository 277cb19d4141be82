package failover

import (
	"testing"

	"creatorpay/internal/devstack/devtest"
)

func TestMain(m *testing.M) { devtest.Main(m) }
