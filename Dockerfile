# The image of edgesim: one static binary, not root, no shell, nothing else.
#
#   docker build -t edgesim .                       builds from source; needs the golang image, and no Go
#   make build && docker build -t edgesim --target prebuilt .
#                                                   takes bin/edgesim; needs no image and no network
#
# The stages stand in this order because Docker's classic builder builds every
# stage before the one it is asked for: those that need no base image come first.
# GO_IMAGE names another image with Go than the one of Docker Hub.
# COPY --chown makes the two folders that volumes are mounted on, so that the
# engine gives a new volume to the user of the image.

ARG GO_IMAGE=golang:1.26

FROM scratch AS base
COPY --chown=65532:65532 test/compose/volumes/ /
COPY LICENSE NOTICE /licenses/
ENV EDGESIM_LISTEN=0.0.0.0:8080 EDGESIM_LISTEN_TLS=0.0.0.0:8443 EDGESIM_INSPECT=0.0.0.0:4040 \
    EDGESIM_STATE=/state EDGESIM_LOG_OUTPUT=stdout
USER 65532:65532
ENTRYPOINT ["/edgesim"]
EXPOSE 8080 8443 4040
VOLUME /state
HEALTHCHECK --interval=2s --timeout=4s --start-period=2s CMD ["/edgesim", "healthcheck"]

FROM base AS prebuilt
COPY bin/edgesim /edgesim

# The integration tests of test/compose/tests: a test binary instead of edgesim.
FROM scratch AS tests-prebuilt
USER 65532:65532
COPY bin/compose-tests /compose-tests
ENTRYPOINT ["/compose-tests", "-test.v"]

FROM ${GO_IMAGE} AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ENV CGO_ENABLED=0 GOFLAGS="-trimpath -buildvcs=false"
RUN go build -ldflags="-s -w" -o /out/edgesim ./cmd/edgesim && go test -c -o /out/compose-tests ./test/compose/tests

FROM scratch AS tests-source
USER 65532:65532
COPY --from=build /out/compose-tests /compose-tests
ENTRYPOINT ["/compose-tests", "-test.v"]

FROM base AS source
COPY --from=build /out/edgesim /edgesim
