# The gateway in an image of its own. This file HAS NOT BEEN BUILT: no image could be pulled where it was written.
#
#   docker build -t sluice .
#   docker run --rm -p 127.0.0.1:7332:7332 -v ./sluice.yaml:/etc/sluice/sluice.yaml:ro sluice
#
# Within a container the gateway must listen on all addresses, and so the file needs `listen: { host: 0.0.0.0 }` and
# `auth: { anonymous: true }` and `access: { default: allow }`: publish the port on loopback only, or behind something that authenticates.

FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json ./
COPY src src
COPY native-free native-free
COPY bench/load bench/load
RUN npm run build && npm prune --omit=dev

FROM node:20-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist/src dist/src
COPY --from=build /app/dist/native-free dist/native-free
COPY --from=build /app/dist/bench/load dist/bench/load
# For what must survive a restart: quotas, stops and the audit log, with `state: { dir: /var/lib/sluice }` in the file.
RUN install -d -o node -g node /var/lib/sluice
USER node
EXPOSE 7332
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:7332/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/src/main.js"]
CMD ["start", "-c", "/etc/sluice/sluice.yaml"]
