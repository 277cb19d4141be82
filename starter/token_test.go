package main

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/api/access"
	"creatorpay/internal/issuer"
	"creatorpay/internal/localstack"
)

func TestToken_IsTakenByAnAPIWithTheStacksIssuer(t *testing.T) {
	dir := t.TempDir()
	server, err := issuer.Start(t.Context(), localstack.IssuerDir(dir))
	require.NoError(t, err)
	defer server.Stop()
	api, err := access.New(access.Config{Issuer: server.URL, Audience: issuer.Audience}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	for want, command := range map[access.Reader]tokenCommand{
		{Subject: "creator-42", CreatorID: 42}: {Creator: 42, For: time.Minute, Dir: dir},
		{Subject: "operator", Operator: true}:  {Operator: true, For: time.Minute, Dir: dir},
	} {
		token, err := command.token(t.Context())
		require.NoError(t, err)
		request := httptest.NewRequest(http.MethodGet, "/", nil)
		request.Header.Set("Authorization", "Bearer "+token)
		reader, err := api.Identify(request)
		require.NoError(t, err)
		require.Equal(t, want, reader)
	}
}

func TestToken_IsOfARunningStackOnly(t *testing.T) {
	require.ErrorContains(t, run(t.Context(), []string{"token", "--operator", "--dir", t.TempDir()}), "start one with starter dev")
}

func TestToken_IsForOneReaderAndSomeTime(t *testing.T) {
	for problem, args := range map[string][]string{
		"--creator is -1": {"--creator=-1"},
		"--creator is 0":  {"--creator=0"},
		"--for is 0s":     {"--operator", "--for", "0s"},
		"--creator and --operator can't be used together": {"--operator", "--creator", "42"},
		"--creator": {},
	} {
		require.ErrorContains(t, run(t.Context(), append([]string{"token", "--dir", t.TempDir()}, args...)), problem)
	}
}
