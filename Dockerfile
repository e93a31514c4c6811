# What `npm start` builds, and nothing but what that needs to run. docs/deploying.md says how to run it.

# npm brings an exact Node to machines with an older one (package.json); here the image does, and a rebuild its fixes.
ARG NODE=node:26-trixie-slim

FROM ${NODE} AS build
WORKDIR /subledger
COPY .npmrc package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --no-audit --no-fund
COPY . .
RUN node scripts/build.ts

# Optional are the compiler's native half, which has done its work, and the Node for machines without one.
FROM ${NODE} AS packages
WORKDIR /subledger
COPY .npmrc package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --omit=optional --no-audit --no-fund

FROM ${NODE}
LABEL org.opencontainers.image.title="subledger" \
      org.opencontainers.image.description="An event-sourced ledger of customer subscriptions" \
      org.opencontainers.image.licenses="Apache-2.0"
WORKDIR /subledger
# By its lock file the program knows its folder, in which the sample catalogue lies.
COPY LICENSE catalog.sample.json package.json package-lock.json ./
COPY --from=packages /subledger/node_modules node_modules
COPY --from=build /subledger/dist dist
# A volume that is made later takes over who owns this.
RUN install --directory --owner=1000 --group=1000 /data
ENV HOST=0.0.0.0 \
    SUBLEDGER_DATA=/data
VOLUME /data
EXPOSE 3000
# By number, so that a cluster can see that it is not root.
USER 1000:1000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --start-interval=1s --retries=3 \
  CMD ["node", "--eval", "fetch('http://127.0.0.1:' + (process.env.PORT || 3000) + '/health').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# No shell in between: SIGTERM reaches the ledger, which finishes what is in flight and exits with 0.
CMD ["node", "--enable-source-maps", "dist/apps/ledger/src/main.js"]
