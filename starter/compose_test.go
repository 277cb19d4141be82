package main

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	api "creatorpay/api/service"
	"creatorpay/program/connect"
	"creatorpay/program/logging"
	"creatorpay/program/settings"
	"creatorpay/worker/service"
)

// composeService is what the tests look at of a service in docker-compose.yml.
type composeService struct {
	Environment     map[string]*string // nil: what .env says
	StopGracePeriod string             `yaml:"stop_grace_period"`
}

func readCompose(t *testing.T) (text string, services map[string]composeService) {
	t.Helper()
	content, err := os.ReadFile("../docker-compose.yml")
	require.NoError(t, err)
	var file struct{ Services map[string]composeService }
	require.NoError(t, yaml.Unmarshal(content, &file))
	return string(content), file.Services
}

// readExample is what .env.example sets, also in comments.
func readExample(t *testing.T) map[string]string {
	t.Helper()
	content, err := os.ReadFile("../.env.example")
	require.NoError(t, err)
	values := map[string]string{}
	for _, line := range regexp.MustCompile(`(?m)^#?([A-Z_]+)=(.*)$`).FindAllStringSubmatch(string(content), -1) {
		values[line[1]] = line[2]
	}
	return values
}

// flagsByVariable are a command line's flags that have environment variables.
// Commands that run a stack of their own are left out.
func flagsByVariable(t *testing.T, grammar any) map[string]*kong.Flag {
	t.Helper()
	parser, err := kong.New(grammar, kong.Vars(service.FlagDefaults()), vars)
	require.NoError(t, err)
	flags := map[string]*kong.Flag{}
	require.NoError(t, kong.Visit(parser.Model, func(node kong.Visitable, next kong.Next) error {
		switch of := node.(type) {
		case *kong.Node:
			if of.Name == "dev" || of.Name == "demo" {
				return nil
			}
		case *kong.Flag:
			for _, name := range of.Envs {
				flags[name] = of
			}
		}
		return next(nil)
	}))
	return flags
}

func workerFlags(t *testing.T) map[string]*kong.Flag {
	t.Helper()
	return flagsByVariable(t, &struct {
		settings.Database `embed:""`
		Service           service.Config `embed:""`
		Logging           logging.Config `embed:""`
	}{})
}

func apiFlags(t *testing.T) map[string]*kong.Flag {
	t.Helper()
	return flagsByVariable(t, &struct {
		Service api.Config     `embed:""`
		Logging logging.Config `embed:""`
	}{})
}

func TestComposeHasTheProgramsSettingsAndNoOthers(t *testing.T) {
	_, services := readCompose(t)
	starter, worker := flagsByVariable(t, &commands{}), workerFlags(t)
	for name, flags := range map[string]map[string]*kong.Flag{"starter": starter, "worker": worker} {
		for variable := range flags {
			require.Contains(t, services[name].Environment, variable, "the %s in docker-compose.yml lacks a setting", name)
		}
		for variable := range services[name].Environment {
			if starter[variable] == nil && worker[variable] == nil {
				require.Contains(t, connect.EnvironmentHelp, variable, "no program knows this setting of the %s", name)
			}
		}
	}
}

func TestComposeHasTheApisSettingsAndNoOthers(t *testing.T) {
	_, services := readCompose(t)
	for _, name := range []string{"api-1", "api-2"} {
		require.ElementsMatch(t, slices.Collect(maps.Keys(apiFlags(t))), slices.Collect(maps.Keys(services[name].Environment)), name)
	}
}

func TestTheExampleExplainsWhatComposeReads(t *testing.T) {
	text, services := readCompose(t)
	var reads []string
	for _, variable := range regexp.MustCompile(`\$\{([A-Z_]+)`).FindAllStringSubmatch(text, -1) {
		reads = append(reads, variable[1])
	}
	for _, service := range services {
		for variable, value := range service.Environment {
			if value == nil {
				reads = append(reads, variable)
			}
		}
	}
	slices.Sort(reads)
	require.Equal(t, slices.Compact(reads), slices.Sorted(maps.Keys(readExample(t))))
}

// TestTheExampleSaysWhatComposeRequires: whoever sets what the example says is required can start it.
func TestTheExampleSaysWhatComposeRequires(t *testing.T) {
	text, _ := readCompose(t)
	content, err := os.ReadFile("../.env.example")
	require.NoError(t, err)
	var required []string
	for _, variable := range regexp.MustCompile(`\$\{([A-Z_]+):\?`).FindAllStringSubmatch(text, -1) {
		required = append(required, variable[1])
	}
	var said []string
	for paragraph := range strings.SplitSeq(string(content), "\n\n") {
		if strings.HasPrefix(paragraph, "# Required") {
			for _, variable := range regexp.MustCompile(`(?m)^([A-Z_]+)=$`).FindAllStringSubmatch(paragraph, -1) {
				said = append(said, variable[1])
			}
		}
	}
	slices.Sort(required)
	require.ElementsMatch(t, slices.Compact(required), said)
	require.Contains(t, said, "LINK_KEYS", "without an issuer an api has to have them")
}

func TestTheExampleShowsTheProgramsDefaults(t *testing.T) {
	_, services := readCompose(t)
	example := readExample(t)
	for name, flags := range map[string]map[string]*kong.Flag{"worker": workerFlags(t), "api-1": apiFlags(t)} {
		for variable, value := range services[name].Environment {
			ofTheMachine := strings.HasSuffix(variable, "_SLOTS")
			if value == nil && flags[variable].HasDefault && !ofTheMachine {
				require.Equal(t, flags[variable].Default, example[variable], variable)
			}
		}
	}
}

func TestComposeKillsNoProgramThatIsStopping(t *testing.T) {
	_, services := readCompose(t)
	for name, flag := range map[string]*kong.Flag{"worker": workerFlags(t)["WORKER_STOP_TIMEOUT"], "api-1": apiFlags(t)["API_STOP_TIMEOUT"]} {
		grace, err := time.ParseDuration(services[name].StopGracePeriod)
		require.NoError(t, err)
		timeout, err := time.ParseDuration(flag.Default)
		require.NoError(t, err)
		require.Greater(t, grace, timeout, name)
	}
}

func TestTheRunbookNamesEverySetting(t *testing.T) {
	runbook, err := os.ReadFile("../docs/operations.md")
	require.NoError(t, err)
	for _, flags := range []map[string]*kong.Flag{flagsByVariable(t, &commands{}), workerFlags(t), apiFlags(t)} {
		for variable := range flags {
			require.Contains(t, string(runbook), "`"+variable+"`")
		}
	}
}
