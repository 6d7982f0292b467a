# The program and nothing else: no shell, no package, no other program. docs/deploy.md says how it is run.
#
#   docker build --tag timetracker --build-arg VERSION=v1.2.0 --build-arg COMMIT="$(git rev-parse HEAD)" .
#
# The bases build and are not in the image. Whoever wants the same ones for ever names them by digest, as --build-arg GO_IMAGE=…
ARG GO_IMAGE=golang:1.26.8-trixie
ARG NODE_IMAGE=node:20.20.2-trixie-slim

FROM --platform=$BUILDPLATFORM ${NODE_IMAGE} AS extension
WORKDIR /src
COPY extension/package.json extension/package-lock.json extension/
RUN npm --prefix extension ci --no-audit --no-fund --ignore-scripts
COPY extension extension
COPY internal internal
RUN npm --prefix extension run build

FROM --platform=$BUILDPLATFORM ${GO_IMAGE} AS build
WORKDIR /src
COPY go.mod go.sum ./
COPY deploy/tools/go.mod deploy/tools/go.sum deploy/tools/
RUN go mod download && go mod download -C deploy/tools
COPY . .
COPY --from=extension /src/extension/dist extension/dist
ARG TARGETOS=linux
ARG TARGETARCH=amd64
ARG VERSION
ARG COMMIT
RUN make zones \
    && GOOS=$TARGETOS GOARCH=$TARGETARCH deploy/release/binary.sh /program \
    && deploy/release/image.sh /image /program

FROM scratch
ARG VERSION
ARG COMMIT
LABEL org.opencontainers.image.title="TimeTracker" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$COMMIT" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build --chmod=0444 /image/certificates/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build --chmod=0555 /image/timetracker /timetracker
# SQLite's file, for whoever doesn't use SQL Server, and what is kept while a client reads it.
COPY --from=build --chown=65532:65532 --chmod=0700 /image/empty /data
COPY --from=build --chown=65532:65532 --chmod=0700 /image/empty /tmp
ENV TIMETRACKER_LISTEN=:8080 \
    TIMETRACKER_WEBHOOK_LISTEN=:8081
USER 65532:65532
WORKDIR /data
EXPOSE 8080 8081
VOLUME ["/data"]
# Of nobody but the container itself: TIMETRACKER_INTERNAL_LISTEN has its default, which is on the loopback.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 CMD ["/timetracker", "healthcheck"]
ENTRYPOINT ["/timetracker"]
CMD ["serve"]
