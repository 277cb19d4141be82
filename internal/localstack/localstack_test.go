package localstack

import (
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/devstack"
	"creatorpay/internal/issuer"
)

func TestAStackWithoutReplicasTakesNoneFromTheEnvironment(t *testing.T) {
	t.Setenv("MYSQL_REPLICA_DSNS", "reader@tcp(replica.example:3306)/creatorpay")
	stack := &Stack{mysql: &devstack.Cluster{Primary: &devstack.MySQL{}}, access: access{issuer: &issuer.Server{Issuer: &issuer.Issuer{}}}}
	config, err := stack.apiConfig()
	require.NoError(t, err)
	require.Empty(t, config.Replicas.DSNs())
}
