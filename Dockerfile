# The image of docker-compose.yml: the static binary and nothing else. Build the
# binary first, with make build; no base image is pulled.
FROM scratch
COPY bin/edgesim /edgesim
USER 65532:65532
ENTRYPOINT ["/edgesim"]
HEALTHCHECK --interval=5s --timeout=4s CMD ["/edgesim", "healthcheck"]
