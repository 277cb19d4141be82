// Package connect opens the connections that both programs need, with errors
// that say what to do.
package connect

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	"go.temporal.io/sdk/log"
)

const dialTimeout = 10 * time.Second

// Server is a connection to Temporal.
type Server struct {
	client.Client
	Namespace string
}

// Temporal connects to the server that Temporal's own environment variables and
// profiles name: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY and so
// on. metrics may be nil.
func Temporal(ctx context.Context, logger *slog.Logger, metrics client.MetricsHandler) (*Server, error) {
	options, err := envconfig.LoadDefaultClientOptions()
	if err != nil {
		return nil, fmt.Errorf("read Temporal's settings (TEMPORAL_*): %w", err)
	}
	options.Logger = log.NewStructuredLogger(logger)
	options.MetricsHandler = metrics
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	temporal, err := client.DialContext(ctx, options)
	if err != nil {
		return nil, fmt.Errorf("Temporal at %s cannot be reached: check that it runs and that TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE are right (%w)", cmp.Or(options.HostPort, client.DefaultHostPort), err)
	}
	return &Server{Client: temporal, Namespace: cmp.Or(options.Namespace, client.DefaultNamespace)}, nil
}

// EnvironmentHelp names Temporal's variables for the programs' help.
const EnvironmentHelp = `Temporal is reached as its own tools are: by TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS, TEMPORAL_TLS_CLIENT_CERT_PATH, TEMPORAL_TLS_CLIENT_KEY_PATH, TEMPORAL_TLS_SERVER_CA_CERT_PATH and TEMPORAL_TLS_SERVER_NAME, or by a profile (TEMPORAL_PROFILE in the file TEMPORAL_CONFIG_FILE).`
