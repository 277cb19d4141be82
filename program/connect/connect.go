// Package connect opens the connection to Temporal, with errors that say what to
// do.
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

// TemporalOptions are what Temporal's own environment variables and profiles
// say: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY and so on.
func TemporalOptions() (client.Options, error) {
	options, err := envconfig.LoadDefaultClientOptions()
	if err != nil {
		return options, fmt.Errorf("read Temporal's settings (TEMPORAL_*): %w", err)
	}
	options.HostPort = cmp.Or(options.HostPort, client.DefaultHostPort)
	options.Namespace = cmp.Or(options.Namespace, client.DefaultNamespace)
	return options, nil
}

// Temporal connects to Temporal and fails soon if it does not answer.
func Temporal(ctx context.Context, options client.Options, logger *slog.Logger) (client.Client, error) {
	options.Logger = log.NewStructuredLogger(logger)
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	temporal, err := client.DialContext(ctx, options)
	if err != nil {
		return nil, fmt.Errorf("Temporal at %s cannot be reached: check that it runs and that TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE are right (%w)", options.HostPort, err)
	}
	return temporal, nil
}

// EnvironmentHelp names, for the programs' help, the variables that are no
// flags.
const EnvironmentHelp = `Flags that have an environment variable name it behind their text. Temporal is reached as its own tools are: by TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS, TEMPORAL_TLS_CLIENT_CERT_PATH, TEMPORAL_TLS_CLIENT_KEY_PATH, TEMPORAL_TLS_SERVER_CA_CERT_PATH and TEMPORAL_TLS_SERVER_NAME, or by a profile (TEMPORAL_PROFILE in the file TEMPORAL_CONFIG_FILE).`
