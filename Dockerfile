# The programs in one small image.

FROM golang:1.26-alpine AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o /out/ ./worker ./starter ./api

# Alpine has the certificates of the public authorities, and a wget for the
# health check. Time zones and fonts travel in the programs.
FROM alpine:3.22
COPY --from=build /out/ /usr/local/bin/
USER 65532:65532
WORKDIR /tmp
EXPOSE 8088 9090
CMD ["worker"]
